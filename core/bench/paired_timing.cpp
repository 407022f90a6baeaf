// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bench/paired_timing.h"

#include <algorithm>
#include <chrono>

namespace axescope::bench {

Result<double> secondsPerRun(const TimedWork& work, double leastSeconds) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  double spent = 0.0;
  int runs = 0;
  do {
    AXESCOPE_CHECK(work.run());
    ++runs;
    spent = std::chrono::duration<double>(Clock::now() - start).count();
  } while (spent < leastSeconds);
  return spent / runs;
}

Result<PairedTiming> timeInPairs(const TimedWork& work, const TimedWork& other, int repetitions, double leastSeconds,
                                 const Job& job) {
  AXESCOPE_CHECK(work.run());  // first touches of memory and generated kernels are not the workload's time
  if (other.run) AXESCOPE_CHECK(other.run());
  PairedTiming timing;
  double before = 0.0;
  if (other.run) {
    AXESCOPE_TRY(before, secondsPerRun(other, leastSeconds));
  }
  for (int repetition = 0; repetition < repetitions; ++repetition) {
    AXESCOPE_CHECK(job.check());
    AXESCOPE_TRY(const double seconds, secondsPerRun(work, leastSeconds));
    timing.seconds.push_back(seconds);
    if (!other.run) continue;
    AXESCOPE_TRY(const double after, secondsPerRun(other, leastSeconds));
    timing.otherSeconds.push_back((before + after) / 2.0);
    before = after;
  }
  return timing;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
}

}  // namespace axescope::bench
