// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bench/timing.h"

#include <algorithm>
#include <chrono>
#include <ctime>

namespace axescope::bench {

namespace {

double processorSeconds() {
  timespec time{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

Result<Spent> timePerRun(const TimedWork& work, double leastSeconds) {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const double processorStart = processorSeconds();
  double wall = 0.0;
  int runs = 0;
  do {
    AXESCOPE_CHECK(work.run());
    ++runs;
    wall = std::chrono::duration<double>(Clock::now() - start).count();
  } while (wall < leastSeconds);
  return Spent{wall / runs, (processorSeconds() - processorStart) / runs};
}

double leastSeconds(const BenchOptions& options) {
  return options.quick ? 0.0 : 0.1;
}

double median(std::vector<double> values) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2.0;
}

}  // namespace axescope::bench
