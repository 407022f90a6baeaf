// SPDX-License-Identifier: GPL-3.0-or-later
// Scales of groups of weights that leave everything integer: a weight of channel c in tile t is s_c·m_ct·q, and the
// outer accumulator adds m_ct times what the tile's inner one holds.
#pragma once

#include <cstdint>
#include <span>

#include "core/budget/tiling.h"
#include "core/linalg/matrix.h"

namespace axescope {

/// The multipliers m ≥ 1 of a layer's tiles, and with them the scale of each column in units of its channel's scale.
class TileMultipliers {
 public:
  /// All are 1, whatever the tiles.
  TileMultipliers() = default;
  /// values[C×tiles], at least 1 each. Where all are 1 nothing is kept.
  TileMultipliers(const Tiling& tiling, CodeMatrix values);

  bool allOnes() const { return values_.size() == 0; }
  /// Where not all are 1.
  const Tiling& tiling() const { return tiling_; }
  std::int64_t ofTile(std::int64_t channel, std::int64_t tile) const {
    return allOnes() ? 1 : std::int64_t{values_(channel, tile)};
  }
  std::int64_t ofColumn(std::int64_t channel, std::int64_t column) const {
    return allOnes() ? 1 : ofTile(channel, tiling_.tileOf(column));
  }
  /// Of a channel, one for each tile; none where all are 1.
  std::span<const std::int16_t> ofTiles(std::int64_t channel) const;
  std::int64_t largest() const;
  /// The largest Σ_t m_ct of a channel: how many inner accumulators' worth the outer one adds.
  std::int64_t largestSum(const Tiling& tiling) const;

  /// Whether they are those of so many channels with these tiles; all ones always are.
  bool fit(std::int64_t channels, const Tiling& tiling) const;
  /// values[C×tiles], ones included.
  CodeMatrix values(std::int64_t channels, const Tiling& tiling) const;

  /// Of the channels named, in that order.
  TileMultipliers of(std::span<const std::int64_t> channels) const;
  TileMultipliers middleRows(std::int64_t first, std::int64_t channels) const;
  /// Of the channels again and again, `times` in all.
  TileMultipliers repeated(std::int64_t times) const;

  friend bool operator==(const TileMultipliers& a, const TileMultipliers& b) {
    return a.tiling_ == b.tiling_ && a.values_.rows() == b.values_.rows() && a.values_ == b.values_;
  }

 private:
  Tiling tiling_;
  CodeMatrix values_;  // none: all 1
};

/// Codes in units of their channel's scale, m·q: what errors, zero points and exact products go by. Those given where
/// all multipliers are 1, which must then outlive this.
class ChannelUnitCodes {
 public:
  /// codes[C×K]; products fit 16 bits.
  ChannelUnitCodes(const CodeMatrix& codes, const TileMultipliers& multipliers);

  const CodeMatrix& codes() const { return given_ != nullptr ? *given_ : made_; }

 private:
  const CodeMatrix* given_ = nullptr;
  CodeMatrix made_;
};

}  // namespace axescope
