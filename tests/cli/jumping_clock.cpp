// SPDX-License-Identifier: GPL-3.0-or-later
// To be preloaded: a wall clock that jumps by up to sixty years either way each time it is read. Clocks that only go
// forward stay as they are.
#include <atomic>
#include <cstdint>
#include <ctime>

#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

// The same jumps in every run.
std::int64_t jump() {
  constexpr std::uint64_t mostSeconds = 60ULL * 365 * 24 * 3600;
  static std::atomic<std::uint64_t> state{1};
  std::uint64_t z = state += 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  return static_cast<std::int64_t>((z ^ (z >> 31U)) % (2 * mostSeconds)) - static_cast<std::int64_t>(mostSeconds);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept {
  const auto status = static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
  if (status == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) time->tv_sec += jump();
  return status;
}

int gettimeofday(timeval* time, void* /*zone*/) noexcept {
  timespec now{};
  const int status = clock_gettime(CLOCK_REALTIME, &now);
  time->tv_sec = now.tv_sec;
  time->tv_usec = now.tv_nsec / 1000;
  return status;
}

time_t time(time_t* out) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (out != nullptr) *out = now.tv_sec;
  return now.tv_sec;
}
}
