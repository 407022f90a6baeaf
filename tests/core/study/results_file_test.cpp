// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/results_file.h"

#include <filesystem>
#include <fstream>
#include <thread>

#include <gtest/gtest.h>

namespace axescope {
namespace {

namespace fs = std::filesystem;

class ResultsFileTest : public ::testing::Test {
 protected:
  ResultsFileTest()
      : folder_(fs::path(::testing::TempDir()) / ::testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    path_ = folder_ / "results.h5";
    provenance_.inputFile = "model.h5";
    provenance_.inputSha256 = std::string(64, 'a');
    provenance_.settings = Study().toJson();
    provenance_.version = "0.1.0";
    provenance_.seed = 7;
  }

  static PointResult point(int innerBits) {
    PointResult result;
    result.settings.innerBits = innerBits;
    result.settings.tileSize = innerBits % 2 == 0 ? 64 : 0;
    result.settings.layers = "conv*, \"quoted\"";
    result.measurement.accuracy = 0.5 + 0.01 * innerBits;
    result.measurement.error = 0.1;
    result.measurement.guaranteed = true;
    result.measurement.macCount = 40'551'040;
    result.measurement.outerBitsUsed = innerBits + 2;
    result.layers.push_back({.layer = "conv1", .error = 0.25, .guaranteed = true, .outerBits = 18});
    result.seconds = 1.5;
    return result;
  }

  fs::path folder_;
  fs::path path_;
  Provenance provenance_;
};

TEST_F(ResultsFileTest, IsCompleteAfterEachPoint) {
  auto file = ResultsFile::open({path_, folder_ / "r.csv", false}, provenance_);
  ASSERT_TRUE(file.has_value()) << file.error().line();
  for (int bits = 10; bits < 14; ++bits) {
    ASSERT_TRUE((*file)->add(point(bits)).has_value());
    const auto stored = readResults(path_);
    ASSERT_TRUE(stored.has_value()) << stored.error().line();
    ASSERT_EQ(stored->points.size(), static_cast<std::size_t>(bits - 9));
    const PointResult& last = stored->points.back();
    EXPECT_EQ(last.settings, point(bits).settings);
    EXPECT_EQ(last.measurement.accuracy, point(bits).measurement.accuracy);
    EXPECT_EQ(last.measurement.outerBitsUsed, bits + 2);
    EXPECT_FALSE(last.measurement.perplexity.has_value());
    EXPECT_EQ(last.layers, point(bits).layers);
    EXPECT_EQ(stored->provenance.inputSha256, provenance_.inputSha256);
    EXPECT_EQ(stored->provenance.seed, 7);
  }
}

TEST_F(ResultsFileTest, FailedPointsKeepTheirReasonAndNoMetrics) {
  auto file = ResultsFile::open({path_, std::nullopt, false}, provenance_);
  PointResult failed = point(12);
  failed.failure = "layer 'fc1': singular";
  ASSERT_TRUE((*file)->add(failed).has_value());
  const auto stored = readResults(path_);
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(stored->points.front().failure, "layer 'fc1': singular");
  EXPECT_FALSE(stored->points.front().measurement.accuracy.has_value());
}

TEST_F(ResultsFileTest, ResumeKeepsPointsOfTheSameInputAndRefusesAnother) {
  {
    auto file = ResultsFile::open({path_, std::nullopt, false}, provenance_);
    ASSERT_TRUE((*file)->add(point(12)).has_value());
  }
  {
    auto file = ResultsFile::open({path_, std::nullopt, true}, provenance_);
    ASSERT_TRUE(file.has_value());
    EXPECT_EQ((*file)->points().size(), 1U);
  }
  provenance_.inputSha256 = std::string(64, 'b');
  const auto other = ResultsFile::open({path_, std::nullopt, true}, provenance_);
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().code, ErrorCode::invalidArgument);
  EXPECT_EQ(readResults(path_)->points.size(), 1U);
}

TEST_F(ResultsFileTest, WithoutResumeTheOldFileMovesAside) {
  {
    auto file = ResultsFile::open({path_, std::nullopt, false}, provenance_);
    ASSERT_TRUE((*file)->add(point(12)).has_value());
  }
  auto file = ResultsFile::open({path_, std::nullopt, false}, provenance_);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(readResults(path_)->points.size(), 0U);
  EXPECT_EQ(readResults(folder_ / "results.previous.h5")->points.size(), 1U);
}

TEST_F(ResultsFileTest, ASecondWriterIsRefused) {
  const auto first = ResultsFile::open({path_, std::nullopt, false}, provenance_);
  ASSERT_TRUE(first.has_value());
  const auto second = ResultsFile::open({path_, std::nullopt, true}, provenance_);
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ErrorCode::inUse);
}

TEST_F(ResultsFileTest, OverlappingAddsLoseNothing) {
  auto file = ResultsFile::open({path_, std::nullopt, false}, provenance_);
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 10; ++i) EXPECT_TRUE((*file)->add(point(2 + t * 10 + i)).has_value());
      });
    }
  }
  EXPECT_EQ(readResults(path_)->points.size(), 40U);
}

TEST_F(ResultsFileTest, ForeignAndNewerFilesAreRefusedWithASentence) {
  std::ofstream(path_) << "not hdf5";
  EXPECT_EQ(readResults(path_).error().code, ErrorCode::notHdf5);
  EXPECT_EQ(readResults(folder_ / "absent.h5").error().code, ErrorCode::notFound);
  EXPECT_FALSE(ResultsFile::open({folder_ / "no" / "such" / "r.h5", std::nullopt, false}, provenance_).has_value());
}

TEST_F(ResultsFileTest, CsvQuotesWhatNeedsQuotes) {
  const std::string csv = resultsCsv(provenance_, {point(11)});
  EXPECT_EQ(csv.front(), '#');
  EXPECT_NE(csv.find("\"conv*, \"\"quoted\"\"\""), std::string::npos);
  EXPECT_NE(csv.find(",full,"), std::string::npos);
}

}  // namespace
}  // namespace axescope
