// SPDX-License-Identifier: GPL-3.0-or-later
// Where the windows of a pool lie.
#pragma once

#include <algorithm>
#include <cstdint>

namespace axescope {

/// Windows along one axis. With ceilMode a last, incomplete window counts if it starts inside the input or the
/// padding before it (PyTorch's rule).
struct AxisWindows {
  std::int64_t kernel = 1, stride = 1, before = 0, after = 0;
  bool ceilMode = false;

  bool fit(std::int64_t size) const { return size + before + after >= kernel; }

  std::int64_t count(std::int64_t size) const {
    const std::int64_t room = size + before + after - kernel;
    if (!ceilMode) return room / stride + 1;
    const std::int64_t windows = (room + stride - 1) / stride + 1;
    return (windows - 1) * stride >= size + before ? windows - 1 : windows;
  }

  struct Range {
    std::int64_t first, last;  // elements of the input, last exclusive; never empty
    std::int64_t padded;       // elements of input and padding together
    std::int64_t size() const { return last - first; }
  };
  Range range(std::int64_t index, std::int64_t size) const {
    const std::int64_t first = index * stride - before;
    const std::int64_t last = first + kernel;
    return {std::max(first, std::int64_t{0}), std::min(last, size), std::min(last, size + after) - first};
  }

  /// Elements of the input in all windows together; one that is in several counts in each.
  std::int64_t covered(std::int64_t size) const {
    std::int64_t sum = 0;
    for (std::int64_t index = 0; index < count(size); ++index) {
      sum += range(index, size).last - range(index, size).first;
    }
    return sum;
  }
};

struct PoolWindows {
  AxisWindows vertical, horizontal;
};

}  // namespace axescope
