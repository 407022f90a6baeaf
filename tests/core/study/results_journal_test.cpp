// SPDX-License-Identifier: GPL-3.0-or-later
// What survives between two times the results file is written.
#include <chrono>
#include <fstream>
#include <limits>
#include <thread>

#include "tests/core/study/failing_memory.h"
#include "tests/core/study/results_file_case.h"

namespace axescope {
namespace {

namespace fs = std::filesystem;

// Copies what is on the disk at this moment, as a killed process leaves it.
TEST_F(ResultsFileTest, AKilledProcessLosesNoPointThatWasAdded) {
  const fs::path copy = folder_ / "copy";
  PointResult odd = point(11);
  odd.measurement.maxBudgetUse = std::numeric_limits<double>::infinity();
  odd.layers.front().error = 1.0 / 3.0;
  odd.layers.push_back({.layer = "layer \"2\"\n", .error = std::numeric_limits<double>::infinity()});
  const std::vector<PointResult> added{point(10), odd, point(12)};
  auto file = ResultsFile::open({path_, std::nullopt, false}, provenance_);
  for (std::size_t i = 0; i < added.size(); ++i) {
    ASSERT_TRUE((*file)->add(added[i]).has_value());
    fs::remove_all(copy);
    fs::create_directories(copy);
    for (const char* name : {"results.h5.journal", "results.h5"}) fs::copy_file(folder_ / name, copy / name);
    const auto stored = readResults(copy / "results.h5");
    ASSERT_TRUE(stored.has_value()) << stored.error().line();
    ASSERT_EQ(stored->points.size(), i + 1);
    for (const ResultColumn& column : resultColumns()) {
      EXPECT_EQ(column.get(stored->points[i]), column.get(added[i])) << column.name;
    }
    EXPECT_EQ(stored->points[i].layers, added[i].layers);
  }
  ASSERT_TRUE((*file)->finish().has_value());
  EXPECT_FALSE(fs::exists(folder_ / "results.h5.journal"));
  EXPECT_FALSE((*file)->add(point(13)).has_value());

  std::ofstream(copy / "results.h5.journal", std::ios::app) << R"({"row":3,"point":{"inner_bits":)";  // cut off
  auto resumed = ResultsFile::open({copy / "results.h5", std::nullopt, true}, provenance_);
  ASSERT_TRUE(resumed.has_value()) << resumed.error().line();
  EXPECT_EQ((*resumed)->points().size(), 3U);
}

TEST_F(ResultsFileTest, AJournalOfOtherResultsIsNotTheirs) {
  auto file = ResultsFile::open({path_, std::nullopt, false}, provenance_);
  ASSERT_TRUE((*file)->add(point(10)).has_value());
  const fs::path other = folder_ / "other.h5";
  fs::copy_file(folder_ / "results.h5.journal", folder_ / "kept");
  {
    provenance_.created = "2030-01-01T00:00:00Z";
    const auto empty = ResultsFile::open({other, std::nullopt, false}, provenance_);
  }
  fs::copy_file(folder_ / "kept", folder_ / "other.h5.journal");
  EXPECT_EQ(readResults(other)->points.size(), 0U);
}

TEST_F(ResultsFileTest, TheFileFollowsWithoutFurtherPoints) {
  auto file = ResultsFile::open({path_, std::nullopt, false}, provenance_);
  const fs::path copy = folder_ / "copy.h5";  // the file alone, as h5py sees it
  const auto rows = [&] {
    fs::copy_file(path_, copy, fs::copy_options::overwrite_existing);
    return readResults(copy)->points.size();
  };
  for (std::size_t count = 1; count <= 3; ++count) {
    ASSERT_TRUE((*file)->add(point(static_cast<int>(9 + count))).has_value());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (rows() < count && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    ASSERT_EQ(rows(), count);
  }
}

TEST_F(ResultsFileTest, ThousandsOfPointsAreAddedInSeconds) {
  auto file = ResultsFile::open({path_, folder_ / "r.csv", false}, provenance_);
  const auto start = std::chrono::steady_clock::now();
  constexpr int count = 3720;
  for (int i = 0; i < count; ++i) {
    PointResult one = point(12);
    one.settings.tileSize = i + 1;
    ASSERT_TRUE((*file)->add(std::move(one)).has_value());
  }
  ASSERT_TRUE((*file)->finish().has_value());
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
  EXPECT_EQ(readResults(path_)->points.size(), static_cast<std::size_t>(count));
}

TEST_F(ResultsFileTest, MemoryThatIsNotThereEndsInAnErrorAndKeepsThePoints) {
  constexpr std::size_t reasonLength = std::size_t{1} << 19;
  constexpr int count = 16;  // each fits, the table of all does not
  std::size_t kept = 0;
  {
    auto file = ResultsFile::open({path_, std::nullopt, false}, provenance_);
    const MemoryLimit limit(std::size_t{4} << 20);
    for (int i = 0; i < count; ++i) {
      PointResult one = point(2 + i);
      one.failure = std::string(reasonLength, 'x');
      const auto added = (*file)->add(std::move(one));
      EXPECT_TRUE(added.has_value() || added.error().code == ErrorCode::tooLarge);
      kept += added.has_value() ? 1 : 0;
    }
    const auto finished = (*file)->finish();
    ASSERT_FALSE(finished.has_value());
    EXPECT_EQ(finished.error().code, ErrorCode::tooLarge);
  }
  EXPECT_EQ(readResults(path_)->points.size(), kept);
}

}  // namespace
}  // namespace axescope
