// SPDX-License-Identifier: GPL-3.0-or-later
// What is written to the folder for temporary files comes back bit by bit.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <numeric>

#include <fmt/format.h>

#include "core/bench/synthetic_layer.h"
#include "core/bench/temporary_folder.h"
#include "core/hdf5/reader.h"
#include "core/hdf5/writer.h"
#include "core/selftest/check.h"
#include "core/study/results_file.h"
#include "core/study/study.h"

namespace axescope::selftest {

namespace {

using bench::Noise;
using bench::TemporaryFolder;

constexpr std::uintmax_t roomNeeded = std::uintmax_t{16} << 20U;

// Numbers of every size, the smallest and largest there are among them.
std::vector<float> drawFloats(Noise& noise, std::size_t count) {
  std::vector<float> values(count);
  for (float& value : values) {
    value = std::ldexp(noise.value(), static_cast<int>(noise.bits() % 240U) - 120);
  }
  constexpr std::array special{0.0F,
                               -0.0F,
                               std::numeric_limits<float>::denorm_min(),
                               std::numeric_limits<float>::min(),
                               std::numeric_limits<float>::max(),
                               std::numeric_limits<float>::lowest()};
  std::copy_n(special.begin(), std::min(special.size(), count), values.begin());
  return values;
}

// Small ones lie in one piece, larger ones in chunks, shuffled and deflated.
Result<Comparison> compareTensors(const Job& job) {
  AXESCOPE_TRY(const auto folder, TemporaryFolder::create(roomNeeded));
  Comparison comparison;
  Noise noise(105);
  for (const std::vector<std::int64_t>& shape : {std::vector<std::int64_t>{1}, {7, 13}, {64, 3, 9, 9}, {300, 1021}}) {
    AXESCOPE_CHECK(job.check());
    const auto path = folder->path() / fmt::format("tensors-{}.h5", comparison.cases);
    const auto count =
        static_cast<std::size_t>(std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()));
    const std::vector<float> floats = drawFloats(noise, count);
    std::vector<std::int64_t> integers(count);
    for (std::int64_t& value : integers) value = static_cast<std::int64_t>(noise.bits() >> 2U) - (1LL << 61U);
    AXESCOPE_TRY(hdf5::Writer writer, hdf5::Writer::create(path));
    AXESCOPE_CHECK(writer.tensor("/floats", shape, floats));
    AXESCOPE_CHECK(writer.tensor("/integers", shape, integers));
    AXESCOPE_CHECK(writer.commit());
    AXESCOPE_TRY(hdf5::Reader reader, hdf5::Reader::open(path));
    AXESCOPE_TRY(const std::vector<float> floatsRead, reader.readFloats("/floats"));
    AXESCOPE_TRY(const std::vector<std::int64_t> integersRead, reader.readIntegers("/integers"));
    const auto at = [&](const char* what) {
      return [=, &comparison] { return fmt::format("file {}: {}", comparison.cases, what); };
    };
    comparison.expect(floatsRead.size() == count && integersRead.size() == count, at("another number of values"));
    for (std::size_t i = 0; i < std::min(floatsRead.size(), count); ++i) {
      comparison.expect(std::memcmp(&floatsRead[i], &floats[i], sizeof(float)) == 0, at("another float"));
    }
    for (std::size_t i = 0; i < std::min(integersRead.size(), count); ++i) {
      comparison.expect(integersRead[i] == integers[i], at("another integer"));
    }
    ++comparison.cases;
  }
  return comparison;
}

PointResult drawPoint(Noise& noise, int number) {
  const auto real = [&] {
    return std::ldexp(static_cast<double>(noise.value()), static_cast<int>(noise.bits() % 100U));
  };
  PointResult point;
  point.settings.innerBits = 2 + number % 62;
  point.settings.tileSize = number;
  if (number % 3 != 0) point.measurement.error = real();
  if (number % 4 != 0) point.measurement.accuracy = real();
  point.measurement.sparsity = number % 5 == 0 ? std::numeric_limits<double>::infinity() : real();
  point.measurement.macCount = static_cast<std::int64_t>(noise.bits() >> 20U);
  point.seconds = real();
  if (number % 7 == 0) point.failure = "layer \"conv1\": a reason, ‖w‖";
  return point;
}

// Through file and journal, as a sweep does it.
Result<Comparison> compareResults(const Job& job) {
  AXESCOPE_TRY(const auto folder, TemporaryFolder::create(roomNeeded));
  AXESCOPE_CHECK(job.check());
  Provenance provenance;
  provenance.settings = Study().toJson();
  const auto path = folder->path() / "results.h5";
  Noise noise(106);
  std::vector<PointResult> points;
  for (int number = 0; number < 500; ++number) points.push_back(drawPoint(noise, number));
  {
    AXESCOPE_TRY(const auto file, ResultsFile::open({.path = path, .csv = std::nullopt}, provenance));
    for (const PointResult& point : points) AXESCOPE_CHECK(file->add(point));
    AXESCOPE_CHECK(file->finish());
  }
  AXESCOPE_TRY(const StoredResults stored, readResults(path));
  Comparison comparison;
  comparison.cases = 1;
  comparison.expect(stored.points.size() == points.size(), [] { return std::string("another number of points"); });
  for (std::size_t row = 0; row < std::min(stored.points.size(), points.size()); ++row) {
    for (const ResultColumn& column : resultColumns()) {
      comparison.expect(column.get(stored.points[row]) == column.get(points[row]),
                        [&] { return fmt::format("row {}: another {}", row, column.name); });
    }
  }
  return comparison;
}

}  // namespace

std::vector<Check> fileChecks() {
  return {{"tensors in HDF5 files", "what was written", compareTensors},
          {"results files with their journal", "what was written", compareResults}};
}

}  // namespace axescope::selftest
