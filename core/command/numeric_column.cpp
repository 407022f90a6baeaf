// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/numeric_column.h"

#include <algorithm>

namespace axescope {

namespace {

bool hasValues(std::span<const PointResult> points, std::string_view column) {
  return std::any_of(points.begin(), points.end(),
                     [&](const PointResult& p) { return findColumn(column)->get(p).has_value(); });
}

}  // namespace

bool isNumeric(const ResultColumn& column) {
  return column.kind == SettingKind::integer || column.kind == SettingKind::real;
}

Result<const ResultColumn*> numericColumn(const char* flag, const std::string& name) {
  const ResultColumn* column = findColumn(name);
  if (column != nullptr && isNumeric(*column)) return column;
  std::string names;
  for (const ResultColumn& one : resultColumns()) {
    if (isNumeric(one)) names += (names.empty() ? "" : ", ") + std::string(one.name);
  }
  return fail(ErrorCode::invalidArgument, {}, flag, "one of " + names, "'" + name + "'");
}

std::string usualMetric(std::span<const PointResult> points) {
  for (const char* column : {"accuracy", "perplexity"}) {
    if (hasValues(points, column)) return column;
  }
  return "error";
}

}  // namespace axescope
