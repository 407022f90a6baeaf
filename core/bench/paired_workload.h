// SPDX-License-Identifier: GPL-3.0-or-later
// Measuring on machines that others use too: a workload and its yardstick alternate, and each repetition gives one
// ratio. What slows the machine for a while slows both. The figure is the median of the ratios.
#pragma once

#include "core/bench/timing.h"
#include "core/bench/workload.h"

namespace axescope::bench {

/// One repetition.
struct Sample {
  double seconds = 0.0;
  double figure = 0.0;           // as the yardstick says
  double processorFigure = 0.0;  // the same from the time that processors worked; 0 without a second work
};

/// A workload with its data and its yardstick, to be measured within the arena of the caller.
class PairedWorkload {
 public:
  /// Sets up and runs both sides once, untimed: first touches of memory and generated kernels are nobody's time.
  static Result<PairedWorkload> prepare(const Workload& workload, const BenchOptions& options);

  Result<Sample> measure();
  /// What one run does, in the workload's unit.
  double amount() const { return work_.amount; }

 private:
  PairedWorkload(Yardstick yardstick, double least) : yardstick_(yardstick), least_(least) {}
  double figure(double time, double otherTime) const;

  Yardstick yardstick_;
  double least_;
  TimedWork work_;
  TimedWork other_;
  Spent before_;  // of the yardstick, after the last repetition
};

}  // namespace axescope::bench
