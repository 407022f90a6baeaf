// SPDX-License-Identifier: GPL-3.0-or-later
// The runner on the committed digits network: sharing, streaming, stopping, resuming.
#include "core/study/runner.h"

#include <atomic>
#include <map>
#include <mutex>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/study/study.h"

namespace axescope {
namespace {

class Runner : public ::testing::Test {
 protected:
  Runner() {
    auto opened = Model::open(std::string(AXESCOPE_SOURCE_DIR) + "/samples/digits-cnn.h5");
    EXPECT_TRUE(opened.has_value()) << opened.error().line();
    if (opened) model_ = std::move(*opened);
  }

  std::vector<PointSettings> points(std::initializer_list<std::pair<const char*, const char*>> axes,
                                    const char* propagate = "off") {
    Study study;
    EXPECT_TRUE(study.set("eval_samples", "150").has_value());
    EXPECT_TRUE(study.set("calibration_samples", "64").has_value());
    EXPECT_TRUE(study.set("propagate", propagate).has_value());
    for (const auto& [key, text] : axes) EXPECT_TRUE(study.set(key, std::string_view(text)).has_value());
    return *study.points({.propagation = true});
  }

  Result<RunSummary> run(const std::vector<PointSettings>& wanted, std::vector<PointResult>& results,
                         const Job& job = {}, int threads = 2) {
    std::mutex mutex;
    Result<RunSummary> summary;
    const PointSink sink = [&](const PointResult& result) -> Status {
      const std::scoped_lock lock(mutex);
      results.push_back(result);
      return {};
    };
    withThreads(threads, [&] { summary = runPoints(*model_, wanted, sink, job); });
    return summary;
  }

  static std::map<std::string, PointResult> bySettings(const std::vector<PointResult>& results) {
    std::map<std::string, PointResult> map;
    for (const PointResult& result : results) map[toJson(result.settings)] = result;
    return map;
  }

  static void expectSameMetrics(const std::vector<PointResult>& a, const std::vector<PointResult>& b) {
    const auto left = bySettings(a);
    const auto right = bySettings(b);
    ASSERT_EQ(left.size(), right.size());
    for (const auto& [key, result] : left) {
      const PointResult& other = right.at(key);
      for (const ResultColumn& column : resultColumns()) {
        if (column.name == "seconds") continue;
        EXPECT_EQ(column.get(result), column.get(other)) << column.name << ' ' << key;
      }
      EXPECT_EQ(result.layers, other.layers);
    }
  }

  std::unique_ptr<Model> model_;
};

TEST_F(Runner, PreparesAndQuantizesWhatPointsShareExactlyOnce) {
  const auto wanted =
      points({{"algorithm", "gpfq,optq"}, {"constraint", "none,axe"}, {"inner_bits", "12,16,20"}, {"tile", "32,full"}});
  ASSERT_EQ(wanted.size(), 24U);
  std::vector<PointResult> results;
  const auto summary = run(wanted, results);
  ASSERT_TRUE(summary.has_value());
  EXPECT_EQ(results.size(), 24U);
  EXPECT_EQ(summary->finished, 24U);
  EXPECT_EQ(summary->preparations, 1U);
  EXPECT_EQ(summary->quantizations, 2U + 12U);  // unconstrained codes once per algorithm
  for (const PointResult& result : results) {
    EXPECT_FALSE(result.failed()) << result.failure;
    EXPECT_TRUE(result.measurement.accuracy.has_value());
    EXPECT_TRUE(result.settings.constraint == Constraint::none || result.measurement.guaranteed);
    EXPECT_TRUE(!result.measurement.guaranteed || result.measurement.overflowRate == 0.0);
  }
}

// What points share (statistics, codes, beginnings of the network) must not show in any of them.
TEST_F(Runner, PointsOfAStudyAreWhatEachIsAlone) {
  const auto wanted = points({{"algorithm", "gpfq"},
                              {"constraint", "none,axe"},
                              {"inner_bits", "10,12,14,16"},
                              {"tile", "16,full"},
                              {"overflow", "wrap,saturate"}});
  std::vector<PointResult> together;
  ASSERT_TRUE(run(wanted, together).has_value());
  std::vector<PointResult> alone;
  for (const PointSettings& point : wanted) ASSERT_TRUE(run({point}, alone).has_value());
  expectSameMetrics(together, alone);
}

TEST_F(Runner, RoundToNearestUnderAStrictClipDependsOnActOrder) {
  const auto wanted = points({{"algorithm", "rtn"}, {"act_order", "off,on"}, {"inner_bits", "12"}});
  ASSERT_EQ(wanted.size(), 2U);
  std::vector<PointResult> results;
  ASSERT_TRUE(run(wanted, results).has_value());
  ASSERT_EQ(results.size(), 2U);
  EXPECT_NE(results[0].measurement.error, results[1].measurement.error);
}

TEST_F(Runner, ResultsDoNotDependOnTheNumberOfThreads) {
  for (const char* propagate : {"on", "off"}) {
    const auto wanted =
        points({{"algorithm", "gpfq,optq-corrected"}, {"constraint", "none,axe"}, {"inner_bits", "12,18"}}, propagate);
    std::vector<PointResult> one;
    std::vector<PointResult> two;
    ASSERT_TRUE(run(wanted, one, {}, 1).has_value());
    ASSERT_TRUE(run(wanted, two, {}, 2).has_value());
    expectSameMetrics(one, two);
  }
}

TEST_F(Runner, AStoppedSweepKeepsFinishedPointsAndTheRestCompletesToTheSameResults) {
  const auto wanted = points({{"algorithm", "rtn,gpfq,optq"}, {"inner_bits", "12:19"}});
  std::vector<PointResult> whole;
  ASSERT_TRUE(run(wanted, whole).has_value());

  std::stop_source source;
  std::atomic<int> seen{0};
  std::vector<PointResult> part;
  const Job job{source.get_token(), [&](const Progress& progress) {
                  if (progress.done > 0 && ++seen == 5) source.request_stop();
                }};
  const auto stopped = run(wanted, part, job);
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().code, ErrorCode::cancelled);
  EXPECT_GE(part.size(), 5U);
  EXPECT_LT(part.size(), wanted.size());
  ASSERT_TRUE(run(remainingPoints(wanted, part), part).has_value());
  expectSameMetrics(whole, part);
}

TEST_F(Runner, ImpossiblePointsFailWithAReasonAndNeverStopTheOthers) {
  const auto wanted = points({{"algorithm", "optq"}, {"damping", "0,0.01"}, {"calibration_samples", "1"}});
  std::vector<PointResult> results;
  const auto summary = run(wanted, results);
  ASSERT_TRUE(summary.has_value());
  EXPECT_EQ(summary->failed, 1U);
  EXPECT_EQ(summary->finished, 1U);
  for (const PointResult& result : results) {
    if (!result.failed()) continue;
    EXPECT_NE(result.failure.find("layer '"), std::string::npos);
    EXPECT_NE(result.failure.find("--damping"), std::string::npos);
  }
}

TEST_F(Runner, OfPointsThatRunAgainOnlyTheFailedOnesGo) {
  const auto wanted = points({{"inner_bits", "12:15"}});
  std::vector<PointResult> done(3);
  for (std::size_t i = 0; i < done.size(); ++i) done[i].settings = wanted[i];
  done[0].failure = "no memory";
  done[1].failure = "no memory";
  const auto kept = keptPoints(done, {wanted[0], wanted[2], wanted[3]});
  ASSERT_EQ(kept.size(), 2U);
  EXPECT_EQ(kept[0].settings, wanted[1]);
  EXPECT_EQ(kept[1].settings, wanted[2]);
}

TEST_F(Runner, AnErrorOfTheSinkStopsTheRun) {
  const auto wanted = points({{"inner_bits", "12:19"}});
  const PointSink full = [](const PointResult&) -> Status {
    return fail(ErrorCode::writeFailed, "results.h5", {}, "space on the disk", "none");
  };
  const auto summary = runPoints(*model_, wanted, full, {});
  ASSERT_FALSE(summary.has_value());
  EXPECT_EQ(summary.error().code, ErrorCode::writeFailed);
}

// Certify mode as a setting: each layer gets the accumulator that its finished codes need, and not a bit more.
TEST_F(Runner, AutomaticInnerWidthsAreTheSmallestThatAreSafe) {
  const auto wanted =
      points({{"algorithm", "optq"}, {"constraint", "none"}, {"inner_bits", "auto,32"}, {"tile", "32"}});
  ASSERT_EQ(wanted.size(), 2U);
  std::vector<PointResult> results;
  ASSERT_TRUE(run(wanted, results));
  ASSERT_EQ(results.size(), 2U);
  const bool firstIsAuto = results[0].settings.innerBits == 0;
  const PointResult& automatic = results[firstIsAuto ? 0 : 1];
  const PointResult& wide = results[firstIsAuto ? 1 : 0];
  EXPECT_TRUE(automatic.measurement.guaranteed);
  EXPECT_EQ(automatic.measurement.accuracy, wide.measurement.accuracy);
  EXPECT_EQ(wide.measurement.meanInnerBits, 32.0);
  int widest = 0;
  double bits = 0.0;
  double macs = 0.0;
  for (std::size_t layer = 0; layer < automatic.layers.size(); ++layer) {
    EXPECT_EQ(automatic.layers[layer].smallestInnerBits, wide.layers[layer].smallestInnerBits);
    widest = std::max(widest, wide.layers[layer].smallestInnerBits);
    const auto own = static_cast<double>(model_->macsPerSample(layer));
    bits += own * wide.layers[layer].smallestInnerBits;
    macs += own;
  }
  EXPECT_EQ(automatic.measurement.innerBitsUsed, widest);
  EXPECT_NEAR(automatic.measurement.meanInnerBits, bits / macs, 1e-9);
  EXPECT_LT(automatic.measurement.meanInnerBits, widest);
}

}  // namespace
}  // namespace axescope
