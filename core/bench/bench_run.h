// SPDX-License-Identifier: GPL-3.0-or-later
// Runs workloads and says what was measured.
#pragma once

#include <string>
#include <vector>

#include "core/base/job.h"
#include "core/bench/workload.h"

namespace axescope::bench {

/// The machine's own rates, multiply-adds per second.
struct MachineRates {
  int threads = 1;
  double floatProduct = 0.0;
  double integerProduct = 0.0;
};

/// Medians over the repetitions.
struct BenchRow {
  std::string name;
  std::string against;
  std::string size;
  std::string unit;
  Yardstick yardstick = Yardstick::clock;
  Target target;
  double seconds = 0.0;
  double rate = 0.0;    // units per second; 0 where nothing is counted
  double figure = 0.0;  // as the yardstick says
  double lowest = 0.0;  // figures of single repetitions
  double highest = 0.0;
};

struct BenchReport {
  std::vector<MachineRates> rates;  // one thread, then all that are used
  std::vector<BenchRow> rows;
};

/// The other side of the workload's figure: a product of the machine or its own comparison.
TimedWork yardstickOf(const Workload& workload, const ReadyWorkload& ready, bool quick);
/// Figure of one repetition.
double figureOf(Yardstick yardstick, const TimedWork& work, double seconds, const TimedWork& other,
                double otherSeconds);

/// All that `wanted` names, within an arena of options.threads. Progress counts workloads. Errors: those of a workload,
/// named by it, and cancelled.
Result<BenchReport> runBench(const std::vector<Workload>& wanted, const BenchOptions& options, int repetitions,
                             const Job& job);

}  // namespace axescope::bench
