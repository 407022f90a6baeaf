// SPDX-License-Identifier: GPL-3.0-or-later
// Scales of groups of weights, a group being a tile: whole multiples of the channel's scale.
#pragma once

#include <cstdint>
#include <vector>

#include "core/budget/tile_multipliers.h"
#include "core/linalg/matrix.h"
#include "core/number/weight_quantizer.h"

namespace axescope {

enum class GroupScale {
  off,         // one scale for each channel
  integer,     // m in 1…15: 4 bits
  powerOfTwo,  // m in {1, 2, 4, 8}: a shift
};

/// The largest multiplier.
std::int64_t largestMultiplier(GroupScale groups);

/// Uniform codes this wide times the largest multiplier fit the 16 bits of any code.
inline constexpr int mostGroupedWeightBits = 12;

struct GroupedScales {
  std::vector<double> scales;   // C
  TileMultipliers multipliers;  // C×tiles
};

/// The largest tile scale max|w| / last level of a channel of weight[C×K] gets the largest multiplier, each other tile
/// the smallest one at which nothing is clipped; what divides all multipliers of a channel goes into its scale. The mse
/// rule then searches the scale, multipliers staying. Where the tiles are as large as each other, or there is one, or
/// the setting is off, all multipliers of the channel are 1, and with one tile the scales are weightScales().
GroupedScales groupedScales(const MatrixF& weight, const WeightLevels& levels, WeightScaleRule rule, GroupScale groups,
                            const Tiling& tiling);

}  // namespace axescope
