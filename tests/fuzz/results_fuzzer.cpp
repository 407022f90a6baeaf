// SPDX-License-Identifier: GPL-3.0-or-later
// Results files whose tables, provenance and journal are any values: the tables' columns are real names or any, their
// cells any numbers or texts. What is read is written again and read again without a difference.
#include <cmath>
#include <cstdlib>
#include <fstream>

#include <fuzzer/FuzzedDataProvider.h>

#include "core/hdf5/writer.h"
#include "core/study/results_file.h"
#include "core/study/results_journal.h"
#include "core/study/results_writer.h"

namespace axescope {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() : path_("/dev/shm/axescope-fuzz-" + std::to_string(::getpid())) { fs::create_directories(path_); }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  fs::path results() const { return path_ / "results.h5"; }

 private:
  fs::path path_;
};

std::string drawName(FuzzedDataProvider& input, std::span<const std::string> known) {
  if (input.ConsumeIntegralInRange(0, 7) == 0 || known.empty()) return "c" + input.ConsumeRandomLengthString(6);
  return known[input.ConsumeIntegralInRange<std::size_t>(0, known.size() - 1)];
}

hdf5::TableColumn drawColumn(FuzzedDataProvider& input, std::string name, std::size_t rows) {
  hdf5::TableColumn column{std::move(name), {}};
  const int kind = input.ConsumeIntegralInRange(0, 2);
  if (kind == 0) {
    std::vector<double> values(rows);
    for (double& value : values) value = input.ConsumeFloatingPoint<double>();
    column.values = values;
  } else if (kind == 1) {
    std::vector<std::int64_t> values(rows);
    const bool small = input.ConsumeBool();
    for (auto& value : values)
      value = small ? input.ConsumeIntegralInRange<std::int64_t>(-2, 70) : input.ConsumeIntegral<std::int64_t>();
    column.values = values;
  } else {
    std::vector<std::string> values(rows);
    for (auto& value : values) value = input.ConsumeRandomLengthString(8);
    column.values = values;
  }
  return column;
}

void writeTable(FuzzedDataProvider& input, hdf5::Writer& writer, const char* path, std::span<const std::string> names) {
  std::vector<hdf5::TableColumn> columns;
  const std::size_t rows = input.ConsumeIntegralInRange<std::size_t>(0, 3);
  const int count = input.ConsumeIntegralInRange(1, 8);
  for (int i = 0; i < count; ++i) columns.push_back(drawColumn(input, drawName(input, names), rows));
  (void)writer.table(path, columns);  // refuses names that are there twice
}

void writeProvenance(FuzzedDataProvider& input, hdf5::Writer& writer) {
  (void)writer.attribute("/", "format", std::string(resultsFormatName));
  (void)writer.attribute("/", "version", resultsFormatVersion);
  (void)writer.string("/provenance/settings", input.ConsumeRandomLengthString(200));
  if (input.ConsumeBool()) (void)writer.string("/provenance/earlier", input.ConsumeRandomLengthString(200));
  if (input.ConsumeBool()) (void)writer.string("/provenance/mappings", input.ConsumeRandomLengthString(50));
}

std::vector<std::string> columnNames() {
  std::vector<std::string> names;
  for (const ResultColumn& column : resultColumns()) names.emplace_back(column.name);
  return names;
}

std::vector<std::string> layerColumnNames() {
  std::vector<std::string> names{"point", "layer"};
  for (const LayerColumn& column : layerColumns()) names.emplace_back(column.name);
  return names;
}

/// With a journal that belongs to the file, so that its lines count.
void writeJournal(const fs::path& results, const std::string& lines) {
  const auto stored = readResults(results);
  if (!stored) return;
  std::ofstream(ResultsJournal::pathOf(results), std::ios::binary) << stored->provenance.toJson() << '\n' << lines;
}

bool sameCells(const PointResult& a, const PointResult& b) {
  for (const ResultColumn& column : resultColumns()) {
    const Cell first = column.get(a);
    const Cell second = column.get(b);
    if (first == second) continue;
    const auto isNan = [](const Cell& cell) {
      const auto* real = cell ? std::get_if<double>(&*cell) : nullptr;
      return real == nullptr ? !cell.has_value() : std::isnan(*real);
    };
    if (!isNan(first) || !isNan(second)) return false;  // NaN is an empty cell
  }
  return a.layers.size() == b.layers.size();
}

void run(FuzzedDataProvider& input) {
  static const Folder folder;
  static const std::vector<std::string> names = columnNames();
  static const std::vector<std::string> layerNames = layerColumnNames();
  std::error_code ignored;
  fs::remove(ResultsJournal::pathOf(folder.results()), ignored);
  {
    auto writer = hdf5::Writer::create(folder.results());
    if (!writer) std::abort();
    writeProvenance(input, *writer);
    writeTable(input, *writer, "/points", names);
    if (input.ConsumeBool()) writeTable(input, *writer, "/layer_points", layerNames);
    if (!writer->commit()) std::abort();
  }
  writeJournal(folder.results(), input.ConsumeRemainingBytesAsString());
  const auto stored = readResults(folder.results());
  if (!stored) {
    if (stored.error().line().find('\n') != std::string::npos) std::abort();
    return;
  }
  (void)resultsCsv(stored->provenance, stored->points);
  fs::remove(ResultsJournal::pathOf(folder.results()), ignored);
  if (!writeResults(folder.results(), stored->provenance, stored->points)) return;
  const auto again = readResults(folder.results());
  if (!again || again->points.size() != stored->points.size()) std::abort();
  for (std::size_t i = 0; i < stored->points.size(); ++i) {
    if (!sameCells(stored->points[i], again->points[i])) std::abort();
  }
}

}  // namespace
}  // namespace axescope

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider input(data, size);
  axescope::run(input);
  return 0;
}
