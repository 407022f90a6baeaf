// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bench/bench_run.h"

#include <algorithm>
#include <optional>

#include "core/base/parallel.h"
#include "core/bench/measured_rates.h"
#include "core/bench/paired_timing.h"

namespace axescope::bench {

namespace {

// Shorter timings say more about the clock and the scheduler than about the work.
constexpr double leastSeconds = 0.1;

double leastFor(const BenchOptions& options) {
  return options.quick ? 0.0 : leastSeconds;
}

Result<MachineRates> ratesWith(int threads, const BenchOptions& options, int repetitions, const Job& job) {
  std::optional<Result<PairedTiming>> timing;
  MachineRates rates;
  const TimedWork floats = floatReference(options.quick);
  const TimedWork integers = integerReference(options.quick);
  withThreads(threads, [&] {
    rates.threads = availableThreads();
    timing = timeInPairs(floats, integers, repetitions, leastFor(options), job);
  });
  if (!*timing) return fail(timing->error());
  rates.floatProduct = floats.amount / median((**timing).seconds);
  rates.integerProduct = integers.amount / median((**timing).otherSeconds);
  return rates;
}

Result<BenchRow> measureWorkload(const Workload& workload, const BenchOptions& options, int repetitions,
                                 const Job& job) {
  AXESCOPE_TRY(const ReadyWorkload ready, workload.setup());
  const TimedWork other = yardstickOf(workload, ready, options.quick);
  AXESCOPE_TRY(const PairedTiming timing, timeInPairs(ready.work, other, repetitions, leastFor(options), job));
  std::vector<double> figures;
  for (std::size_t i = 0; i < timing.seconds.size(); ++i) {
    figures.push_back(figureOf(workload.yardstick, ready.work, timing.seconds[i], other,
                               timing.otherSeconds.empty() ? 0.0 : timing.otherSeconds[i]));
  }
  const double seconds = median(timing.seconds);
  const auto [lowest, highest] = std::minmax_element(figures.begin(), figures.end());
  return BenchRow{.name = workload.name,
                  .against = workload.against,
                  .size = workload.size,
                  .unit = workload.unit,
                  .yardstick = workload.yardstick,
                  .target = workload.target,
                  .seconds = seconds,
                  .rate = ready.work.amount / seconds,
                  .figure = median(figures),
                  .lowest = *lowest,
                  .highest = *highest};
}

}  // namespace

TimedWork yardstickOf(const Workload& workload, const ReadyWorkload& ready, bool quick) {
  switch (workload.yardstick) {
    case Yardstick::floatProduct:
      return floatReference(quick);
    case Yardstick::integerProduct:
      return integerReference(quick);
    default:
      return ready.other;
  }
}

double figureOf(Yardstick yardstick, const TimedWork& work, double seconds, const TimedWork& other,
                double otherSeconds) {
  switch (yardstick) {
    case Yardstick::otherTime:
      return seconds / otherSeconds;
    case Yardstick::clock:
    case Yardstick::memory:
      return seconds;
    default:
      return (work.amount / seconds) / (other.amount / otherSeconds);
  }
}

Result<BenchReport> runBench(const std::vector<Workload>& wanted, const BenchOptions& options, int repetitions,
                             const Job& job) {
  BenchReport report;
  AXESCOPE_TRY(const MachineRates single, ratesWith(1, options, repetitions, job));
  AXESCOPE_TRY(const MachineRates all, ratesWith(options.threads, options, repetitions, job));
  report.rates.push_back(single);
  if (all.threads > 1) report.rates.push_back(all);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    job.report(i, wanted.size(), "workloads");
    std::optional<Result<BenchRow>> row;
    withThreads(options.threads, [&] { row = measureWorkload(wanted[i], options, repetitions, job); });
    if (!*row) return fail(row->error());
    report.rows.push_back(std::move(**row));
  }
  return report;
}

}  // namespace axescope::bench
