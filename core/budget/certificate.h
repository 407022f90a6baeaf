// SPDX-License-Identifier: GPL-3.0-or-later
// The one certificate: exact proof, per channel and tile, that no order of accumulation overflows. Used by the
// quantizer, the emulator, the budget page and `certify`.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "core/budget/tile_multipliers.h"
#include "core/budget/tiling.h"
#include "core/linalg/matrix.h"
#include "core/number/integer_range.h"

namespace axescope {

/// p = Σ positive codes, n = Σ negative codes (n ≤ 0) of one channel's tile. Plain integers: running sums in
/// floating point are what breaks the guarantee elsewhere.
struct TileSums {
  std::int64_t positive = 0;
  std::int64_t negative = 0;

  void add(std::int64_t code) {
    positive += std::max<std::int64_t>(code, 0);
    negative += std::min<std::int64_t>(code, 0);
  }
  void remove(std::int64_t code) {
    positive -= std::max<std::int64_t>(code, 0);
    negative -= std::min<std::int64_t>(code, 0);
  }

  /// hi = νp + μn and lo = μp + νn: no partial sum in any order leaves [min(lo,0), max(hi,0)].
  IntegerRange extremes(IntegerRange activations) const {
    return {activations.low * positive + activations.high * negative,
            activations.high * positive + activations.low * negative};
  }
  std::int64_t l1Norm() const { return positive - negative; }
};

/// Sums of each tile of one channel's codes, tiling.k of them.
std::vector<TileSums> tileSums(std::span<const std::int16_t> codes, const Tiling& tiling);

/// hi ≤ L and lo ≥ −L.
bool fits(IntegerRange extremes, int accumulatorBits);

class Certificate {
 public:
  Certificate() = default;
  /// codes[C×K]; innerBits for each tile, outerBits for the sum over tiles, each times its multiplier (0: the exact
  /// smallest that is safe given the tiles' own extremes, for each channel). Activations in [μ, ν]. Multipliers are
  /// those of these channels and tiles. channelInnerBits, C values or none, are narrower accumulators than innerBits
  /// that single channels have for their tiles.
  Certificate(const CodeMatrix& codes, Tiling tiling, IntegerRange activations, int innerBits, int outerBits,
              TileMultipliers multipliers = {}, std::vector<int> channelInnerBits = {});

  std::int64_t channels() const { return channels_; }
  const Tiling& tiling() const { return tiling_; }
  const TileMultipliers& multipliers() const { return multipliers_; }
  IntegerRange activations() const { return activations_; }
  int innerBits() const { return innerBits_; }
  int innerBits(std::int64_t channel) const {
    return channelInnerBits_.empty() ? innerBits_ : channelInnerBits_[static_cast<std::size_t>(channel)];
  }
  /// As given, or the widest over the channels of the exact smallest safe widths.
  int outerBits() const { return outerBits_; }

  const TileSums& sums(std::int64_t channel, std::int64_t tile) const {
    return sums_[static_cast<std::size_t>(channel * tiling_.tiles() + tile)];
  }
  std::span<const TileSums> allSums() const { return sums_; }

  bool innerGuaranteed(std::int64_t channel, std::int64_t tile) const;
  /// The channel's sum over its tiles fits outerBits. True extremes when all its tiles are safe; for an unsafe tile
  /// the inner accumulator's own range stands in.
  bool outerGuaranteed(std::int64_t channel) const;
  bool guaranteed(std::int64_t channel) const;
  bool guaranteed() const;

  int smallestInnerBits(std::int64_t channel) const;
  int smallestOuterBits(std::int64_t channel) const;
  int smallestInnerBits() const;
  int smallestOuterBits() const;

  /// max(hi, −lo)/L of one tile: 1 is a full budget, above 1 is unproven.
  double use(std::int64_t channel, std::int64_t tile) const;
  double use(std::int64_t channel) const;
  double maxUse() const;
  /// Whole bits left in the tile: its channel's inner bits − smallest safe width of that tile (negative when unsafe).
  int headroomBits(std::int64_t channel, std::int64_t tile) const;

 private:
  /// What a tile adds to the outer accumulator when its inner one holds these.
  IntegerRange handedOver(std::int64_t channel, std::int64_t tile, IntegerRange inner) const;
  IntegerRange outerExtremes(std::int64_t channel) const;

  std::int64_t channels_ = 0;
  Tiling tiling_;
  TileMultipliers multipliers_;
  IntegerRange activations_;
  int innerBits_ = 0;
  std::vector<int> channelInnerBits_;  // C, or none where all have innerBits_
  int outerBits_ = 0;
  std::vector<TileSums> sums_;
};

enum class Extreme { highest, lowest };

/// Activation codes that drive a channel's dot product to its predicted extreme: ν where q > 0, μ where q < 0 (or
/// the opposite); 0 clipped into [μ, ν] where q = 0.
std::vector<std::int16_t> witness(std::span<const std::int16_t> codes, IntegerRange activations, Extreme extreme);

}  // namespace axescope
