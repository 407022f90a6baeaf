// SPDX-License-Identifier: GPL-3.0-or-later
// Runs workloads and growth series, and says what was measured.
#pragma once

#include <optional>
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
  double rate = 0.0;             // units per second; 0 where nothing is counted
  double figure = 0.0;           // as the yardstick says
  double processorFigure = 0.0;  // the same from the time that processors worked; 0 where there is none
  double lowest = 0.0;           // figures of single repetitions
  double highest = 0.0;
  std::optional<Error> failure;  // then nothing was measured
};

struct GrowthRow {
  std::string name;
  std::string parameter;
  std::int64_t value = 0;
  double seconds = 0.0;
  double factor = 0.0;    // of the time, against the row before; 0 in a first row
  double expected = 0.0;  // the factor that the mathematics asks for
};

struct BenchReport {
  std::vector<MachineRates> rates;  // one thread, then all that are used
  std::vector<BenchRow> rows;
  std::vector<GrowthRow> growth;
};

/// What to run.
struct BenchPlan {
  std::vector<Workload> workloads;
  std::vector<GrowthSeries> growth;
};

/// Within an arena of options.threads. Progress counts workloads and series. A workload that fails says so in its row.
/// Errors: cancelled, and those of a growth series; `report` then has what was measured before.
Status runBench(const BenchPlan& plan, const BenchOptions& options, int repetitions, const Job& job,
                BenchReport& report);

}  // namespace axescope::bench
