// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/results_writer.h"

#include <limits>

#include "core/hdf5/writer.h"
#include "core/study/results_file.h"

namespace axescope {

namespace {

// Names that stand for 0 in an integer column ("full", "auto", "all") are stored as 0.
hdf5::TableColumn pointsColumn(const ResultColumn& column, const std::vector<PointResult>& points) {
  hdf5::TableColumn out{std::string(column.name), {}};
  if (column.kind == SettingKind::integer) {
    std::vector<std::int64_t> values;
    for (const PointResult& point : points) {
      const Cell cell = column.get(point);
      const auto* number = cell ? std::get_if<std::int64_t>(&*cell) : nullptr;
      values.push_back(number == nullptr ? 0 : *number);
    }
    out.values = std::move(values);
  } else if (column.kind == SettingKind::real) {
    std::vector<double> values;
    for (const PointResult& point : points) {
      values.push_back(numericValue(column, point).value_or(std::numeric_limits<double>::quiet_NaN()));
    }
    out.values = std::move(values);
  } else {
    std::vector<std::string> values;
    for (const PointResult& point : points) {
      const Cell cell = column.get(point);
      values.push_back(cell ? toText(*cell) : std::string{});
    }
    out.values = std::move(values);
  }
  return out;
}

std::vector<hdf5::TableColumn> layerTable(const std::vector<PointResult>& points) {
  std::vector<std::int64_t> point;
  std::vector<std::string> layer;
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (const LayerMeasurement& row : points[i].layers) {
      point.push_back(static_cast<std::int64_t>(i));
      layer.push_back(row.layer);
    }
  }
  std::vector<hdf5::TableColumn> columns;
  columns.push_back({"point", std::move(point)});
  columns.push_back({"layer", std::move(layer)});
  for (const LayerColumn& column : layerColumns()) {
    std::vector<double> reals;
    for (const PointResult& one : points) {
      for (const LayerMeasurement& row : one.layers) reals.push_back(column.get(row));
    }
    if (column.isInteger) {
      columns.push_back({column.name, std::vector<std::int64_t>(reals.begin(), reals.end())});
    } else {
      columns.push_back({column.name, std::move(reals)});
    }
  }
  return columns;
}

}  // namespace

Status writeResults(const std::filesystem::path& path, const Provenance& provenance,
                    const std::vector<PointResult>& points, const std::function<Status()>& beforeRename) {
  AXESCOPE_TRY(hdf5::Writer writer, hdf5::Writer::create(path));
  AXESCOPE_CHECK(writer.attribute("/", "format", std::string(resultsFormatName)));
  AXESCOPE_CHECK(writer.attribute("/", "version", resultsFormatVersion));
  AXESCOPE_CHECK(writer.group("/provenance"));
  AXESCOPE_CHECK(writer.string("/provenance/settings", provenance.settings));
  const std::pair<const char*, const std::string*> texts[] = {
      {"input", &provenance.inputFile}, {"input_sha256", &provenance.inputSha256}, {"model", &provenance.model},
      {"task", &provenance.task},       {"version", &provenance.version},          {"libraries", &provenance.libraries},
      {"created", &provenance.created}};
  for (const auto& [key, text] : texts) AXESCOPE_CHECK(writer.attribute("/provenance", key, *text));
  AXESCOPE_CHECK(writer.attribute("/provenance", "seed", provenance.seed));
  if (!provenance.mappings.empty()) {
    AXESCOPE_CHECK(writer.string("/provenance/mappings", toJsonList(provenance.mappings)));
  }
  if (!provenance.earlier.empty()) {
    AXESCOPE_CHECK(writer.string("/provenance/earlier", toJsonList(provenance.earlier)));
  }
  std::vector<hdf5::TableColumn> columns;
  for (const ResultColumn& column : resultColumns()) columns.push_back(pointsColumn(column, points));
  AXESCOPE_CHECK(writer.table("/points", columns));
  AXESCOPE_CHECK(writer.table("/layer_points", layerTable(points)));
  return writer.commit(beforeRename);
}

}  // namespace axescope
