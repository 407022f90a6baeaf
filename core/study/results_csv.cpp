// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/results_file.h"

namespace axescope {

namespace {

std::string csvCell(const Cell& cell) {
  if (!cell) return {};
  const std::string text = toText(*cell);
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

}  // namespace

std::string resultsCsv(const Provenance& provenance, const std::vector<PointResult>& points) {
  std::string text = "# " + provenance.toJson() + '\n';
  const char* separator = "";
  for (const ResultColumn& column : resultColumns()) {
    text += separator + std::string(column.name);
    separator = ",";
  }
  text += '\n';
  for (const PointResult& point : points) {
    separator = "";
    for (const ResultColumn& column : resultColumns()) {
      text += separator + csvCell(column.get(point));
      separator = ",";
    }
    text += '\n';
  }
  return text;
}

}  // namespace axescope
