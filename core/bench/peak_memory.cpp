// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bench/peak_memory.h"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace axescope::bench {

namespace {

// A line "VmHWM:   1234 kB" of the process's status, in MiB.
std::optional<double> statusMebibytes(const std::string& key) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double kibibytes = 0.0;
    if (word == key + ":" && status >> kibibytes) return kibibytes / 1024.0;
  }
  return std::nullopt;
}

bool forgetPeak() {
  std::ofstream clear("/proc/self/clear_refs");
  clear << "5" << std::flush;
  return clear.good();
}

}  // namespace

Result<double> peakMemoryOf(const TimedWork& work) {
#if defined(__GLIBC__)
  ::malloc_trim(0);  // memory kept from earlier work would serve this one unseen
#endif
  const bool forgot = forgetPeak();
  const auto before = statusMebibytes("VmRSS");
  AXESCOPE_CHECK(work.run());
  const auto peak = statusMebibytes("VmHWM");
  if (!forgot || !before || !peak) {
    return fail(ErrorCode::unsupported, "/proc/self", {}, "clear_refs and VmHWM to measure memory", "neither");
  }
  return std::max(0.0, *peak - *before);
}

}  // namespace axescope::bench
