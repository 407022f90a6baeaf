// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>

namespace axescope {

/// Tiles of a dot product of length k: columns [t·tileSize, (t+1)·tileSize) in their original order.
struct Tiling {
  std::int64_t k = 0;
  std::int64_t tileSize = 0;  // 1…k; k is a monolithic accumulator

  /// tileSize ≤ 0 or > k means one tile.
  static Tiling of(std::int64_t k, std::int64_t tileSize);
  std::int64_t tiles() const { return (k + tileSize - 1) / tileSize; }
  std::int64_t tileOf(std::int64_t column) const { return column / tileSize; }
  std::int64_t begin(std::int64_t tile) const { return tile * tileSize; }
  std::int64_t end(std::int64_t tile) const { return std::min(k, (tile + 1) * tileSize); }
  friend bool operator==(const Tiling&, const Tiling&) = default;
};

}  // namespace axescope
