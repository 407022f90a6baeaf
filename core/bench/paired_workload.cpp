// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bench/paired_workload.h"

#include "core/bench/measured_rates.h"
#include "core/bench/peak_memory.h"

namespace axescope::bench {

Result<PairedWorkload> PairedWorkload::prepare(const Workload& workload, const BenchOptions& options) {
  PairedWorkload pair(workload.yardstick, leastSeconds(options));
  AXESCOPE_TRY(ReadyWorkload ready, workload.setup());
  pair.work_ = std::move(ready.work);
  pair.other_ = std::move(ready.other);
  if (workload.yardstick == Yardstick::floatProduct) pair.other_ = floatReference(options.quick);
  if (workload.yardstick == Yardstick::integerProduct) pair.other_ = integerReference(options.quick);
  if (workload.yardstick == Yardstick::memory) return pair;  // a second run would find memory that the first one freed
  AXESCOPE_CHECK(pair.work_.run());
  if (pair.other_.run) {
    AXESCOPE_CHECK(pair.other_.run());
    AXESCOPE_TRY(pair.before_, timePerRun(pair.other_, pair.least_));
  }
  return pair;
}

Result<Sample> PairedWorkload::measure() {
  if (yardstick_ == Yardstick::memory) {
    double mebibytes = 0.0;
    const TimedWork measured{[&]() -> Status {
                               AXESCOPE_TRY(mebibytes, peakMemoryOf(work_));
                               return {};
                             },
                             0.0};
    AXESCOPE_TRY(const Spent spent, timePerRun(measured, 0.0));
    return Sample{spent.wall, mebibytes, 0.0};
  }
  AXESCOPE_TRY(const Spent spent, timePerRun(work_, least_));
  if (!other_.run) return Sample{spent.wall, spent.wall, 0.0};
  AXESCOPE_TRY(const Spent after, timePerRun(other_, least_));
  const Sample sample{spent.wall, figure(spent.wall, (before_.wall + after.wall) / 2.0),
                      figure(spent.processor, (before_.processor + after.processor) / 2.0)};
  before_ = after;
  return sample;
}

double PairedWorkload::figure(double time, double otherTime) const {
  if (yardstick_ == Yardstick::otherTime) return time / otherTime;
  return (work_.amount / time) / (other_.amount / otherTime);
}

}  // namespace axescope::bench
