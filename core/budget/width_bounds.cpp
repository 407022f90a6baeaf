// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/budget/width_bounds.h"

#include <algorithm>

#include "core/budget/bounds.h"

namespace axescope {

WidthBounds widthBounds(const Certificate& certificate, WeightFormat weights, int activationBits,
                        bool signedActivations) {
  std::int64_t l1Norm = 0;
  for (const TileSums& sums : certificate.allSums()) l1Norm = std::max(l1Norm, sums.l1Norm());
  return {.dataType = dataTypeBound(certificate.tiling().tileSize, weights, activationBits, signedActivations),
          .a2q = a2qBound(l1Norm, activationBits, signedActivations),
          .a2qPlus = a2qPlusBound(l1Norm, activationBits),
          .exact = certificate.smallestInnerBits()};
}

}  // namespace axescope
