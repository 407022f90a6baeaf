// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <new>

#include <fmt/format.h>

#include "core/hdf5/reader.h"
#include "core/study/results_file.h"
#include "core/study/results_folder.h"
#include "core/study/results_journal.h"

namespace axescope {

namespace {

constexpr double mostWhole = 0x1p53;            // beyond, a double cannot tell neighbours apart
constexpr std::size_t mostPoints = 10'000'000;  // as in a study

// The value of one cell as the schema wants it.
std::optional<SettingValue> cellValue(const hdf5::Reader::Column& stored, std::size_t row, const ResultColumn& column) {
  if (stored.isText) {
    if (column.kind == SettingKind::integer || column.kind == SettingKind::real) return std::nullopt;
    return SettingValue{stored.texts[row]};
  }
  const double number = stored.numbers[row];
  if (column.kind == SettingKind::real) return std::isnan(number) ? std::nullopt : std::optional<SettingValue>(number);
  if (column.kind != SettingKind::integer) return std::nullopt;
  if (!(std::abs(number) <= mostWhole)) return SettingValue{number};  // no whole number: the column will not take it
  if (number == 0.0 && column.setting != nullptr && !column.setting->choices.empty()) {
    return SettingValue{std::string(column.setting->choices.front())};
  }
  return SettingValue{static_cast<std::int64_t>(number)};
}

Status restorePoints(const std::string& file, const std::vector<hdf5::Reader::Column>& columns,
                     std::vector<PointResult>& points) {
  for (const hdf5::Reader::Column& stored : columns) {
    const ResultColumn* column = findColumn(stored.name);
    if (column == nullptr || (!column->isSetting && column->restore == nullptr)) continue;
    for (std::size_t row = 0; row < points.size(); ++row) {
      const auto value = cellValue(stored, row, *column);
      if (!value) continue;
      if (!column->put(points[row], *value)) {
        return fail(ErrorCode::corrupt, file, "/points@" + stored.name, "a value this column can have", toText(*value));
      }
    }
  }
  return {};
}

Status restoreLayers(const std::string& file, const std::vector<hdf5::Reader::Column>& columns,
                     std::vector<PointResult>& points) {
  const auto find = [&](std::string_view name, bool text) -> const hdf5::Reader::Column* {
    for (const auto& column : columns) {
      if (column.name == name && column.isText == text) return &column;
    }
    return nullptr;
  };
  const auto* point = find("point", false);
  const auto* layer = find("layer", true);
  if (point == nullptr || layer == nullptr) {
    return fail(ErrorCode::corrupt, file, "/layer_points", "columns point and layer", "others");
  }
  for (std::size_t row = 0; row < point->numbers.size(); ++row) {
    const double index = point->numbers[row];
    if (!(index >= 0 && index < static_cast<double>(points.size()))) {
      return fail(ErrorCode::corrupt, file, "/layer_points@point", "the row of a point", fmt::format("{}", index));
    }
    LayerMeasurement m;
    m.layer = layer->texts[row];
    for (const LayerColumn& column : layerColumns()) {
      const auto* stored = find(column.name, false);
      if (stored == nullptr || column.set(m, stored->numbers[row])) continue;
      return fail(ErrorCode::corrupt, file, std::string("/layer_points@") + column.name, "a value this column can have",
                  fmt::format("{}", stored->numbers[row]));
    }
    points[static_cast<std::size_t>(index)].layers.push_back(std::move(m));
  }
  return {};
}

Result<StoredResults> readAll(const std::filesystem::path& path,
                              const std::shared_ptr<hdf5::ReaderProcesses>& processes) {
  // First the journal: a sweep that goes on meanwhile puts its entries into the file before it forgets them.
  const StoredJournal journal = readJournal(realResultsPath(path));
  AXESCOPE_TRY(const hdf5::Reader reader, hdf5::Reader::open(path, {}, processes));
  AXESCOPE_TRY(const auto format, reader.stringAttribute("/", "format"));
  AXESCOPE_TRY(const auto version, reader.integerAttribute("/", "version"));
  if (format != resultsFormatName) {
    return fail(ErrorCode::unsupported, reader.fileName(), "@format", resultsFormatName, format.value_or("none"));
  }
  if (version != resultsFormatVersion) {
    return fail(ErrorCode::unsupported, reader.fileName(), "@version", fmt::format("{}", resultsFormatVersion),
                version ? fmt::format("{}, written by a newer AxeScope", *version) : "none");
  }
  StoredResults results;
  const auto text = [&](const char* key, std::string& target) -> Status {
    AXESCOPE_TRY(const auto value, reader.stringAttribute("/provenance", key));
    target = value.value_or("");
    return {};
  };
  Provenance& p = results.provenance;
  AXESCOPE_CHECK(text("input", p.inputFile));
  AXESCOPE_CHECK(text("input_sha256", p.inputSha256));
  AXESCOPE_CHECK(text("model", p.model));
  AXESCOPE_CHECK(text("task", p.task));
  AXESCOPE_CHECK(text("version", p.version));
  AXESCOPE_CHECK(text("libraries", p.libraries));
  AXESCOPE_CHECK(text("created", p.created));
  AXESCOPE_TRY(const auto seed, reader.integerAttribute("/provenance", "seed"));
  p.seed = seed.value_or(0);
  AXESCOPE_TRY(p.settings, reader.readString("/provenance/settings"));
  if (reader.hasDataset("/provenance/mappings")) {
    AXESCOPE_TRY(const std::string mappings, reader.readString("/provenance/mappings"));
    p.mappings = textsFromJson(mappings);
  }
  if (reader.hasDataset("/provenance/earlier")) {
    AXESCOPE_TRY(const std::string earlier, reader.readString("/provenance/earlier"));
    p.earlier = runsFromJson(earlier);
  }
  AXESCOPE_TRY(const auto columns, reader.readTable("/points"));
  const std::size_t rows = columns.empty() ? 0 : std::max(columns.front().numbers.size(), columns.front().texts.size());
  if (rows > mostPoints) {
    return fail(ErrorCode::tooLarge, reader.fileName(), "/points", fmt::format("at most {} points", mostPoints),
                fmt::format("{}", rows));
  }
  results.points.resize(rows);
  AXESCOPE_CHECK(restorePoints(reader.fileName(), columns, results.points));
  if (reader.hasDataset("/layer_points")) {
    AXESCOPE_TRY(const auto layers, reader.readTable("/layer_points"));
    AXESCOPE_CHECK(restoreLayers(reader.fileName(), layers, results.points));
  }
  if (journal.provenance == p.toJson()) applyJournal(journal.entries, results.points);
  return results;
}

}  // namespace

Result<StoredResults> readResults(const std::filesystem::path& path,
                                  const std::shared_ptr<hdf5::ReaderProcesses>& processes) {
  try {
    return readAll(path, processes);
  } catch (const std::bad_alloc&) {
    return fail(ErrorCode::tooLarge, path.string(), {}, "results that fit into memory", "more");
  }
}

}  // namespace axescope
