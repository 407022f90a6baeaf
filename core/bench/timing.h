// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/bench/workload.h"

namespace axescope::bench {

struct Spent {
  double wall = 0.0;       // seconds
  double processor = 0.0;  // seconds of all threads of the process
};

/// For one run; quick work is repeated until `leastSeconds` have passed.
Result<Spent> timePerRun(const TimedWork& work, double leastSeconds);

/// Shorter timings say more about the clock and the scheduler than about the work.
double leastSeconds(const BenchOptions& options);

/// 0 of nothing.
double median(std::vector<double> values);

}  // namespace axescope::bench
