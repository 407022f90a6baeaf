// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/process_bounds.h"

#include <algorithm>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "core/hdf5/system_call_filter.h"

namespace axescope::hdf5 {

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool isSanitized = true;
#else
constexpr bool isSanitized = false;
#endif

void bound(__rlimit_resource resource, rlim_t most) {
  rlimit limit{};
  ::getrlimit(resource, &limit);
  limit.rlim_cur = limit.rlim_max = std::min(limit.rlim_max, most);
  ::setrlimit(resource, &limit);
}

}  // namespace

void boundEverything(std::uint64_t memory) {
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  bound(RLIMIT_CORE, 0);
  bound(RLIMIT_FSIZE, 0);
  bound(RLIMIT_NPROC, 0);
  // The file is opened twice: by the library, and for texts that are read without it (global_heap.h).
  constexpr rlim_t descriptors = STDERR_FILENO + 1 + 2;
  bound(RLIMIT_NOFILE, descriptors);
  if (!isSanitized) bound(RLIMIT_AS, memory);
}

void boundProcessorTime(std::chrono::seconds further) {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  rlimit limit{};
  ::getrlimit(RLIMIT_CPU, &limit);
  const auto most = static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec + 1 + further.count());
  limit.rlim_cur = std::min(limit.rlim_max, most);  // the soft limit only
  ::setrlimit(RLIMIT_CPU, &limit);
}

void openNothingElse() {
  if (!isSanitized) static_cast<void>(allowOnlyReading());
}

}  // namespace axescope::hdf5
