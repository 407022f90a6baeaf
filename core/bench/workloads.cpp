// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bench/workloads.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <string_view>

#include "core/base/parallel.h"

namespace axescope::bench {

namespace {

// One of each kind of work is enough to see whether it spreads.
constexpr std::array<std::string_view, 7> spread{
    "recurrence/gpfq-axe",   "statistics/s-and-g", "statistics/optq-factor", "emulation/wrap-16",
    "emulation/saturate-12", "study/36-points",    "evaluation/w8a8"};

template <class T>
void append(std::vector<T>& all, std::vector<T> group) {
  all.insert(all.end(), std::make_move_iterator(group.begin()), std::make_move_iterator(group.end()));
}

TimedWork onThreads(const TimedWork& work, int threads) {
  const auto run = [inner = work.run, threads]() -> Status {
    Status status;
    withThreads(threads, [&] { status = inner(); });
    return status;
  };
  return {run, work.amount};
}

std::vector<Workload> threadWorkloads(const std::vector<Workload>& all, const BenchOptions& options) {
  int threads = 1;
  withThreads(options.threads, [&] { threads = availableThreads(); });
  std::vector<Workload> rows;
  if (threads < 2) return rows;
  for (const Workload& workload : all) {
    if (std::find(spread.begin(), spread.end(), workload.name) != spread.end()) rows.push_back(onTwoThreads(workload));
  }
  return rows;
}

}  // namespace

std::vector<Workload> workloads(const BenchOptions& options) {
  std::vector<Workload> all;
  append(all, recurrenceWorkloads(options));
  append(all, statisticsWorkloads(options));
  append(all, emulationWorkloads(options));
  append(all, studyWorkloads(options));
  append(all, evaluationWorkloads(options));
  append(all, largeDumpWorkloads(options));
  append(all, threadWorkloads(all, options));
  if (options.quick) {
    for (Workload& workload : all) workload.target = {};  // targets are for the full sizes
  }
  return all;
}

std::vector<GrowthSeries> growthSeries(const BenchOptions& options) {
  std::vector<GrowthSeries> all;
  append(all, recurrenceGrowth(options));
  append(all, statisticsGrowth(options));
  append(all, emulationGrowth(options));
  return all;
}

Workload onTwoThreads(const Workload& workload) {
  Workload result = workload;
  std::replace(result.name.begin(), result.name.end(), '/', '-');
  result.name = "threads/" + result.name;
  result.against = "1 thread";
  result.yardstick = Yardstick::otherRate;
  result.target = Target::atLeast(1.8);
  result.setup = [setup = workload.setup]() -> Result<ReadyWorkload> {
    AXESCOPE_TRY(const ReadyWorkload ready, setup());
    return ReadyWorkload{onThreads(ready.work, 2), onThreads(ready.work, 1)};
  };
  return result;
}

}  // namespace axescope::bench
