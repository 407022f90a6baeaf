// SPDX-License-Identifier: GPL-3.0-or-later
// The workloads of `axescope-cli bench` under Google Benchmark.
// usage: axescope_benchmarks [--quick] [--large] [--model=FILE] [--threads=N] [flags of Google Benchmark]
#include <charconv>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "core/base/parallel.h"
#include "core/bench/paired_workload.h"
#include "core/bench/workloads.h"

namespace axescope::bench {
namespace {

void measurePairs(benchmark::State& state, const Workload& workload, const BenchOptions& options) {
  auto pair = PairedWorkload::prepare(workload, options);
  if (!pair) {
    state.SkipWithError(pair.error().line().c_str());
    return;
  }
  std::vector<double> figures;
  while (state.KeepRunning()) {
    const auto sample = pair->measure();
    if (!sample) {
      state.SkipWithError(sample.error().line().c_str());
      return;
    }
    state.SetIterationTime(sample->seconds);
    figures.push_back(sample->figure);
  }
  state.counters[name(workload.yardstick)] = median(figures);
  if (pair->amount() > 0.0) {
    state.counters["rate"] = benchmark::Counter(pair->amount(), benchmark::Counter::kIsIterationInvariantRate);
  }
}

void registerWorkloads(const BenchOptions& options) {
  for (const Workload& workload : workloads(options)) {
    const auto run = [workload, options](benchmark::State& state) {
      withThreads(options.threads, [&] { measurePairs(state, workload, options); });
    };
    benchmark::RegisterBenchmark(workload.name.c_str(), run)->UseManualTime()->Unit(benchmark::kMillisecond);
  }
}

/// Takes our own flags out of the arguments; what is left is Google Benchmark's.
BenchOptions takeOptions(std::vector<char*>& arguments) {
  BenchOptions options;
  std::erase_if(arguments, [&](std::string_view argument) {
    constexpr std::string_view model = "--model=";
    constexpr std::string_view threads = "--threads=";
    if (argument.starts_with(model)) {
      options.model = argument.substr(model.size());
    } else if (argument.starts_with(threads)) {
      std::from_chars(argument.data() + threads.size(), argument.data() + argument.size(), options.threads);
    } else if (argument == "--quick") {
      options.quick = true;
    } else if (argument == "--large") {
      options.large = true;
    } else {
      return false;
    }
    return true;
  });
  return options;
}

}  // namespace
}  // namespace axescope::bench

int main(int argc, char** argv) {
  std::vector<char*> arguments(argv, argv + argc);
  const axescope::bench::BenchOptions options = axescope::bench::takeOptions(arguments);
  int count = static_cast<int>(arguments.size());
  benchmark::Initialize(&count, arguments.data());
  if (benchmark::ReportUnrecognizedArguments(count, arguments.data())) return 2;
  axescope::bench::registerWorkloads(options);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
