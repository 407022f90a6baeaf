// SPDX-License-Identifier: GPL-3.0-or-later
// What a long computation needs from its caller: a way to be stopped, a way to report, and how much memory it may use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string_view>

#include "core/base/error.h"

namespace axescope {

struct Progress {
  std::size_t done = 0;
  std::size_t total = 0;
  std::string_view what;  // valid during the call only
};

/// A value, cheap to copy. The callback may come from any worker thread.
struct Job {
  std::stop_token stop;
  std::function<void(const Progress&)> onProgress;
  std::int64_t memory = 0;  // bytes for what studies keep and share; 0: half of the machine's

  bool stopped() const { return stop.stop_requested(); }
  void report(std::size_t done, std::size_t total, std::string_view what) const {
    if (onProgress) onProgress({done, total, what});
  }
  Status check() const {
    if (stopped()) return fail(ErrorCode::cancelled, {}, {}, {}, "interrupted");
    return {};
  }
};

}  // namespace axescope
