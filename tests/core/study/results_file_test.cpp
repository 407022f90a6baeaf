// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/results_file.h"

#include <atomic>
#include <fstream>
#include <set>
#include <thread>

#include "core/study/runner.h"
#include "core/study/write_lock.h"
#include "tests/core/study/results_file_case.h"

namespace axescope {
namespace {

namespace fs = std::filesystem;

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
  for (int round = 0; round < 2; ++round) {  // the second finds nothing worth keeping
    auto file = ResultsFile::open({path_, std::nullopt, false}, provenance_);
    ASSERT_TRUE(file.has_value());
    EXPECT_EQ(readResults(path_)->points.size(), 0U);
    EXPECT_EQ(readResults(folder_ / "results.previous-1.h5")->points.size(), 1U);
    EXPECT_FALSE(fs::exists(folder_ / "results.previous-2.h5"));
  }
  {
    auto file = ResultsFile::open({path_, std::nullopt, false}, provenance_);
    ASSERT_TRUE((*file)->add(point(12)).has_value());
    ASSERT_TRUE((*file)->add(point(13)).has_value());
  }
  auto file = ResultsFile::open({path_, std::nullopt, false}, provenance_);
  EXPECT_EQ(readResults(folder_ / "results.previous-1.h5")->points.size(), 1U);
  EXPECT_EQ(readResults(folder_ / "results.previous-2.h5")->points.size(), 2U);
}

TEST_F(ResultsFileTest, PointsThatFailedBeforeAreReplaced) {
  PointResult failed = point(12);
  failed.failure = "not enough memory";
  {
    auto file = ResultsFile::open({path_, std::nullopt, false}, provenance_);
    for (const PointResult& one : {point(10), failed, point(14)}) ASSERT_TRUE((*file)->add(one).has_value());
  }
  {
    auto file = ResultsFile::open({path_, std::nullopt, true}, provenance_);
    EXPECT_EQ(remainingPoints({point(10).settings, point(12).settings}, (*file)->points()),
              (std::vector<PointSettings>{point(12).settings}));
    ASSERT_TRUE((*file)->add(point(12)).has_value());
    EXPECT_EQ(readResults(path_)->points.size(), 3U);
  }
  const auto stored = readResults(path_);
  ASSERT_EQ(stored->points.size(), 3U);
  EXPECT_FALSE(stored->points[1].failed());
  EXPECT_EQ(stored->points[1].settings, point(12).settings);
}

TEST_F(ResultsFileTest, ProvenanceDescribesTheRowsOfAllRuns) {
  const auto run = [&](const char* innerBits, const char* version) {
    Study study;
    EXPECT_TRUE(study.set("inner_bits", std::string_view(innerBits)).has_value());
    provenance_.settings = study.toJson();
    provenance_.version = version;
    provenance_.created = std::string("2030-01-01T00:00:00Z ") + innerBits;
    auto file = ResultsFile::open({path_, std::nullopt, true}, provenance_);
    EXPECT_TRUE((*file)->add(point(innerBits[1] - '0')).has_value());
    return (*file)->provenance();
  };
  const Provenance first = run("12", "0.1.0");
  EXPECT_EQ(run("12", "0.1.0").earlier, std::vector<Provenance>{});
  const Provenance second = run("13", "0.2.0");
  EXPECT_EQ(second.earlier, std::vector<Provenance>{first});
  const Provenance third = run("14", "0.2.0");
  ASSERT_EQ(third.earlier.size(), 2U);
  EXPECT_EQ(third.earlier[0], first);
  EXPECT_EQ(third.earlier[1].settings, second.settings);
  EXPECT_EQ(readResults(path_)->provenance, third);
  EXPECT_EQ(Provenance::fromJson(third.toJson()), third);
}

TEST_F(ResultsFileTest, AnotherMappingIsAnotherInput) {
  provenance_.mappings = {"a=/w:OI"};
  { const auto file = ResultsFile::open({path_, std::nullopt, false}, provenance_); }
  EXPECT_TRUE(ResultsFile::open({path_, std::nullopt, true}, provenance_).has_value());
  provenance_.mappings = {"a=/w:IO"};
  const auto other = ResultsFile::open({path_, std::nullopt, true}, provenance_);
  ASSERT_FALSE(other.has_value());
  EXPECT_EQ(other.error().found, "--map a=/w:OI");
}

TEST_F(ResultsFileTest, WhatAKilledWriterLeftIsRemovedAndNothingElse) {
  for (const char* name : {".results.h5.tmp-123-0", ".r.csv.tmp-4-1", ".results.h5.journal.tmp-123-2"}) {
    std::ofstream(folder_ / name) << "x";
  }
  for (const char* name : {".other.h5.tmp-123-0", ".results.h5.tmp-notes"}) std::ofstream(folder_ / name) << "x";
  { const auto file = ResultsFile::open({path_, folder_ / "r.csv", false}, provenance_); }
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder_)) names.insert(entry.path().filename().string());
  EXPECT_EQ(names, (std::set<std::string>{".other.h5.tmp-123-0", ".results.h5.tmp-notes", "r.csv", "results.h5"}));
}

TEST_F(ResultsFileTest, TheLockHasOneHolderHoweverOftenItChangesHands) {
  std::atomic<int> holders{0};
  std::atomic<int> taken{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 20'000; ++i) {
          const auto lock = WriteLock::take(path_);
          if (!lock) continue;
          ++taken;
          EXPECT_EQ(++holders, 1);
          --holders;
        }
      });
    }
  }
  EXPECT_GT(taken, 0);
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
  ASSERT_TRUE((*file)->finish().has_value());
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
