// SPDX-License-Identifier: GPL-3.0-or-later
// What a long computation needs from its caller: a way to be stopped and a way to report.
#pragma once

#include <cstddef>
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
