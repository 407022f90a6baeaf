// SPDX-License-Identifier: GPL-3.0-or-later
// Layers of any shape, width, sign, tiling, multipliers and overflow rule, for comparison with the reference.
#pragma once

#include <cstdint>
#include <random>

#include "emulated_layer.h"

namespace axescope {

inline EmulatedLayer drawLayer(std::mt19937& generator) {
  const auto one = [&generator](std::int64_t odds) { return drawBetween(1, odds, generator) == 1; };
  const std::int64_t channels = drawBetween(1, 40, generator);
  const std::int64_t k = drawBetween(1, 300, generator);
  const std::int64_t tileSizes[] = {1, 2, 9, 64, drawBetween(1, k, generator), k, k + 5};
  const auto type = static_cast<CodeView::Type>(drawBetween(0, 2, generator));
  const int activationBits = static_cast<int>(drawBetween(1, type == CodeView::Type::s16 ? 16 : 8, generator));
  const int weightBits = static_cast<int>(drawBetween(1, one(4) ? 16 : 8, generator));
  const IntegerRange activations =
      activationRange(activationBits, type == CodeView::Type::u8 ? ActivationEncoding::asymmetric
                                                                 : ActivationEncoding::signedSymmetric);
  const std::int64_t tileSize = tileSizes[drawBetween(0, 6, generator)];
  const Tiling tiling = Tiling::of(k, tileSize);
  const IntegerRange multipliers{1, one(2) && weightBits <= 12 ? 15 : 1};
  return {.codes = drawCodes(channels, k, weightCodeRange(weightBits, WeightRange::full), generator),
          .activations = activations,
          .datapath = {.innerBits = static_cast<int>(drawBetween(2, one(4) ? 40 : 18, generator)),
                       .outerBits = one(4) ? 0 : static_cast<int>(drawBetween(4, 50, generator)),
                       .tileSize = tileSize,
                       .innerOverflow = static_cast<Overflow>(drawBetween(0, 1, generator)),
                       .outerOverflow = static_cast<Overflow>(drawBetween(0, 1, generator))},
          .samples = drawCodes(drawBetween(1, 17, generator), k, activations, generator),
          .type = type,
          .padding = drawBetween(0, 3, generator),
          .multipliers = {tiling, drawCodes(channels, tiling.tiles(), multipliers, generator)}};
}

}  // namespace axescope
