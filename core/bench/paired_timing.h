// SPDX-License-Identifier: GPL-3.0-or-later
// Timing on machines that others use too: a workload and its yardstick alternate, each repetition gives one ratio, and
// the figure is the median of the ratios. What slows the machine for a while slows both.
#pragma once

#include <vector>

#include "core/base/job.h"
#include "core/bench/workload.h"

namespace axescope::bench {

/// Seconds per run; quick work is repeated until `leastSeconds` have passed.
Result<double> secondsPerRun(const TimedWork& work, double leastSeconds);

struct PairedTiming {
  std::vector<double> seconds;       // of the workload, by repetition
  std::vector<double> otherSeconds;  // of what it is compared with: mean of just before and just after
};

/// One untimed run of each, then the repetitions. Errors: those of the work, and cancelled.
Result<PairedTiming> timeInPairs(const TimedWork& work, const TimedWork& other, int repetitions, double leastSeconds,
                                 const Job& job);

double median(std::vector<double> values);

}  // namespace axescope::bench
