// SPDX-License-Identifier: GPL-3.0-or-later
// The recurrence's innermost step: the codes of a block of columns, one after the other, for many channels abreast.
// Each channel stands in one lane of the machine's vectors; the processor's best instructions are chosen at run time.
#pragma once

#include <cstdint>
#include <span>

#include "core/number/weight_levels.h"
#include "core/ptq/axe_constraint.h"

namespace axescope {

/// Channels come in multiples of this; a lane without a channel has weight 0 and gets code 0.
inline constexpr std::int64_t greedyLanes = 16;
/// The longest block of columns.
inline constexpr std::int64_t mostGreedyColumns = 64;

/// A block of `columns` consecutive visits. Arrays are [columns×lanes], columns `stride` elements apart.
struct GreedyBlock {
  std::int64_t columns = 0;
  std::int64_t lanes = 0;
  std::int64_t stride = 0;
  const double* weight = nullptr;    // w in units of the scale
  const float* fedBack = nullptr;    // what the target and earlier blocks add to w; null for nothing
  const double* feedback = nullptr;  // R_ji / R_ii at [i·mostGreedyColumns + j], j < i of this block; null for none
  std::span<const std::uint8_t> dead;
  std::span<const std::int64_t> tiles;  // of each column; for a constrained block, and one with multipliers
  const double* multipliers = nullptr;  // [tiles×lanes], lanes side by side: codes count so much; null: all 1
  std::int16_t* codes = nullptr;        // out
  float* errors = nullptr;              // out: e = w − q̂; null where nothing is fed back
};

struct GreedyRule {
  WeightLevels codes;
  bool shapedReference = false;  // what shape() cut off is not fed on
};

/// `axe` may be null: shape() is the identity. Its lanes are those of the block.
void chooseCodes(const GreedyBlock& block, const GreedyRule& rule, AxeLanes* axe);

}  // namespace axescope
