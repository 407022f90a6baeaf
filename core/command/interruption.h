// SPDX-License-Identifier: GPL-3.0-or-later
// Ctrl-C, termination requests and a terminal that goes away as a stop token, so that finished work is kept.
#pragma once

#include <csignal>
#include <stop_token>
#include <thread>

namespace axescope {

inline constexpr int interruptedStatus = 130;

/// To be made before any other thread: SIGINT, SIGTERM and SIGHUP (unless ignored already) are blocked and taken
/// by one watching thread. The first one requests the stop, a second one ends the process at once with
/// interruptedStatus. Writing to a closed pipe or beyond a file size limit becomes an ordinary error. All is restored
/// at the end.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  sigset_t previousMask_{};
  struct sigaction previousPipe_ {};
  struct sigaction previousFileSize_ {};
  std::stop_source source_;
  std::jthread watcher_;
};

}  // namespace axescope
