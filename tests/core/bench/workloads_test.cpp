// SPDX-License-Identifier: GPL-3.0-or-later
// The list of rows, and the arithmetic of figures. That every row runs is tested from outside, in tests/cli.
#include "core/bench/workloads.h"

#include <algorithm>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/bench/paired_workload.h"
#include "core/bench/timing.h"

namespace axescope::bench {
namespace {

BenchOptions quickly() {
  BenchOptions options;
  options.quick = true;
  return options;
}

TEST(Workloads, AreNamedOnceByGroupAndWork) {
  std::set<std::string> names;
  BenchOptions everything;
  everything.model = "net.h5";
  everything.large = true;
  for (const Workload& workload : workloads(everything)) {
    EXPECT_TRUE(names.insert(workload.name).second) << workload.name;
    EXPECT_EQ(std::count(workload.name.begin(), workload.name.end(), '/'), 1) << workload.name;
  }
  for (const GrowthSeries& series : growthSeries({})) {
    EXPECT_TRUE(names.insert(series.name).second) << series.name;
    EXPECT_EQ(groupOf(series.name), "growth");
  }
}

TEST(Workloads, HaveTargetsAtFullSizeOnly) {
  const auto withTarget = [](const BenchOptions& options) {
    const auto all = workloads(options);
    return std::count_if(all.begin(), all.end(),
                         [](const Workload& workload) { return workload.target.sense != Target::Sense::none; });
  };
  EXPECT_GT(withTarget({}), 10);
  EXPECT_EQ(withTarget(quickly()), 0);
}

TEST(Workloads, OfModelsAndLargeDumpsNeedToBeAskedFor) {
  for (const Workload& workload : workloads({})) {
    EXPECT_THAT(groupOf(workload.name), testing::AnyOf("recurrence", "statistics", "emulation", "study", "threads"));
  }
}

TEST(TargetsAreMet, AtTheirValueAndBeyond) {
  EXPECT_TRUE(Target{}.met(0.0));
  EXPECT_TRUE(Target::atLeast(0.5).met(0.5));
  EXPECT_FALSE(Target::atLeast(0.5).met(0.49));
  EXPECT_TRUE(Target::atMost(1.3).met(1.3));
  EXPECT_FALSE(Target::atMost(1.3).met(1.31));
}

TEST(Median, IsTheMiddleOrBetweenTheTwoMiddleValues) {
  EXPECT_EQ(median({}), 0.0);
  EXPECT_EQ(median({3.0, 1.0, 9.0}), 3.0);
  EXPECT_EQ(median({4.0, 1.0, 9.0, 2.0}), 3.0);
}

Workload countingWorkload(Yardstick yardstick, int& runs, int& otherRuns) {
  return {.name = "test/counting",
          .against = "",
          .yardstick = yardstick,
          .target = {},
          .size = "",
          .setup = [&runs, &otherRuns]() -> Result<ReadyWorkload> {
            const auto count = [](int& counter) {
              return [&counter]() -> Status {
                ++counter;
                return {};
              };
            };
            return ReadyWorkload{{count(runs), 6.0}, {count(otherRuns), 2.0}};
          }};
}

TEST(PairedWorkloads, RunTheYardstickBeforeAndAfterEachRepetition) {
  int runs = 0;
  int otherRuns = 0;
  auto pair = PairedWorkload::prepare(countingWorkload(Yardstick::otherRate, runs, otherRuns), quickly());
  ASSERT_TRUE(pair.has_value());
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(otherRuns, 2);
  for (int repetition = 0; repetition < 3; ++repetition) ASSERT_TRUE(pair->measure().has_value());
  EXPECT_EQ(runs, 4);
  EXPECT_EQ(otherRuns, 5);
  EXPECT_EQ(pair->amount(), 6.0);
}

TEST(PairedWorkloads, PassOnTheErrorOfTheirWork) {
  const Workload failing{.name = "test/failing",
                         .against = "",
                         .yardstick = Yardstick::clock,
                         .target = {},
                         .size = "",
                         .setup = []() -> Result<ReadyWorkload> {
                           const auto run = []() -> Status { return fail(ErrorCode::numerical, {}, "work", "", ""); };
                           return ReadyWorkload{{run, 1.0}, {}};
                         }};
  const auto pair = PairedWorkload::prepare(failing, quickly());
  ASSERT_FALSE(pair.has_value());
  EXPECT_EQ(pair.error().object, "work");
}

}  // namespace
}  // namespace axescope::bench
