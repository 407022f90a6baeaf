// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bench/bench_run.h"

#include <algorithm>
#include <cmath>

#include "core/base/parallel.h"
#include "core/bench/measured_rates.h"
#include "core/bench/paired_workload.h"

namespace axescope::bench {

namespace {

template <class T, class Body>
Result<T> inArena(int threads, const Body& body) {
  std::optional<Result<T>> result;
  withThreads(threads, [&] { result = body(); });
  return *std::move(result);
}

Result<MachineRates> machineRates(const BenchOptions& options, int repetitions, const Job& job) {
  MachineRates rates{.threads = availableThreads()};
  const TimedWork floats = floatReference(options.quick);
  const TimedWork integers = integerReference(options.quick);
  AXESCOPE_CHECK(floats.run());
  AXESCOPE_CHECK(integers.run());
  std::vector<double> floatSeconds;
  std::vector<double> integerSeconds;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    AXESCOPE_CHECK(job.check());
    AXESCOPE_TRY(const Spent floatSpent, timePerRun(floats, leastSeconds(options)));
    AXESCOPE_TRY(const Spent integerSpent, timePerRun(integers, leastSeconds(options)));
    floatSeconds.push_back(floatSpent.wall);
    integerSeconds.push_back(integerSpent.wall);
  }
  rates.floatProduct = floats.amount / median(floatSeconds);
  rates.integerProduct = integers.amount / median(integerSeconds);
  return rates;
}

Status measureInto(BenchRow& row, const Workload& workload, const BenchOptions& options, int repetitions,
                   const Job& job) {
  AXESCOPE_TRY(PairedWorkload pair, PairedWorkload::prepare(workload, options));
  if (workload.yardstick == Yardstick::memory) repetitions = 1;  // what a run holds is the same each time
  std::vector<double> seconds;
  std::vector<double> figures;
  std::vector<double> processorFigures;
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    AXESCOPE_CHECK(job.check());
    AXESCOPE_TRY(const Sample sample, pair.measure());
    seconds.push_back(sample.seconds);
    figures.push_back(sample.figure);
    processorFigures.push_back(sample.processorFigure);
  }
  row.seconds = median(seconds);
  row.rate = pair.amount() / row.seconds;
  row.figure = median(figures);
  row.processorFigure = median(processorFigures);
  const auto [lowest, highest] = std::minmax_element(figures.begin(), figures.end());
  row.lowest = *lowest;
  row.highest = *highest;
  return {};
}

Result<BenchRow> measureWorkload(const Workload& workload, const BenchOptions& options, int repetitions,
                                 const Job& job) {
  BenchRow row{.name = workload.name,
               .against = workload.against,
               .size = workload.size,
               .unit = workload.unit,
               .yardstick = workload.yardstick,
               .target = workload.target,
               .failure = std::nullopt};
  const Status status = measureInto(row, workload, options, repetitions, job);
  if (!status && status.error().code == ErrorCode::cancelled) return fail(status.error());
  if (!status) row.failure = status.error();
  return row;
}

Result<std::vector<GrowthRow>> measureGrowth(const GrowthSeries& series, const BenchOptions& options, int repetitions,
                                             const Job& job) {
  std::vector<TimedWork> works;
  for (const GrowthStep& step : series.steps) {
    AXESCOPE_TRY(TimedWork work, step.setup());
    AXESCOPE_CHECK(work.run());
    works.push_back(std::move(work));
  }
  std::vector<std::vector<double>> seconds(works.size());
  std::vector<std::vector<double>> factors(works.size());
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    for (std::size_t i = 0; i < works.size(); ++i) {
      AXESCOPE_CHECK(job.check());
      AXESCOPE_TRY(const Spent spent, timePerRun(works[i], leastSeconds(options)));
      seconds[i].push_back(spent.wall);
      if (i > 0) factors[i].push_back(spent.wall / seconds[i - 1].back());
    }
  }
  std::vector<GrowthRow> rows;
  for (std::size_t i = 0; i < works.size(); ++i) {
    GrowthRow row{series.name, series.parameter, series.steps[i].value, median(seconds[i]), median(factors[i]), 0.0};
    if (i > 0) {
      const auto ratio = static_cast<double>(row.value) / static_cast<double>(series.steps[i - 1].value);
      row.expected = std::pow(ratio, series.exponent);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

Status runBench(const BenchPlan& plan, const BenchOptions& options, int repetitions, const Job& job,
                BenchReport& report) {
  for (const int threads : {1, options.threads}) {
    AXESCOPE_TRY(const MachineRates rates,
                 inArena<MachineRates>(threads, [&] { return machineRates(options, repetitions, job); }));
    if (report.rates.empty() || rates.threads > 1) report.rates.push_back(rates);
  }
  std::size_t done = 0;
  const std::size_t total = plan.workloads.size() + plan.growth.size();
  for (const Workload& workload : plan.workloads) {
    job.report(done++, total, "workloads");
    AXESCOPE_TRY(BenchRow row, inArena<BenchRow>(options.threads,
                                                 [&] { return measureWorkload(workload, options, repetitions, job); }));
    report.rows.push_back(std::move(row));
  }
  for (const GrowthSeries& series : plan.growth) {
    job.report(done++, total, "workloads");
    AXESCOPE_TRY(const std::vector<GrowthRow> rows, inArena<std::vector<GrowthRow>>(options.threads, [&] {
                   return measureGrowth(series, options, repetitions, job);
                 }));
    report.growth.insert(report.growth.end(), rows.begin(), rows.end());
  }
  return {};
}

}  // namespace axescope::bench
