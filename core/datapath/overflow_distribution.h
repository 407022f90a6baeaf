// SPDX-License-Identifier: GPL-3.0-or-later
// Where a channel's dot products first overflow, and how the final sums of its tiles spread: what medians and
// estimates are made of. Integers alone, so that the order of merging changes nothing.
#pragma once

#include <cstdint>
#include <vector>

namespace axescope {

// Squares of sums beyond 2^31, many of them, do not fit 64 bits.
__extension__ using WideInteger = __int128;

/// Of the true final sums of one tile.
struct TileMoments {
  WideInteger sum = 0;
  WideInteger squares = 0;

  void add(std::int64_t finalSum) {
    sum += finalSum;
    squares += WideInteger{finalSum} * finalSum;
  }
  double mean(std::int64_t count) const;
  /// Of a population: divided by `count`.
  double variance(std::int64_t count) const;
  friend bool operator==(const TileMoments&, const TileMoments&) = default;
};

/// Of one channel; empty until something is counted, and for good in certified channels, which are not traced.
struct OverflowDistribution {
  std::vector<std::int64_t> firstOverflows;  // [K]: dot products whose first overflow is at that position of the order
  std::vector<TileMoments> tiles;            // [tiles]

  void merge(const OverflowDistribution& other);
  /// Of the first overflows of those dot products that overflow, the lower one of two in the middle; −1 when none do.
  std::int64_t medianFirstOverflow() const;
  friend bool operator==(const OverflowDistribution&, const OverflowDistribution&) = default;
};

}  // namespace axescope
