// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/budget/certificate.h"
#include "core/number/weight_levels.h"

namespace axescope {

/// Inner accumulator widths that are safe for every tile of a layer, from the coarsest knowledge to the finest.
struct WidthBounds {
  int dataType = 0;  // any codes of these widths (arXiv 2308.13504)
  int a2q = 0;       // any codes of the largest tile's ℓ₁ norm (arXiv 2308.13504)
  int a2qPlus = 0;   // the same, zero-centred (arXiv 2401.10432)
  int exact = 0;     // these codes

  friend bool operator==(const WidthBounds&, const WidthBounds&) = default;
};

WidthBounds widthBounds(const Certificate& certificate, WeightFormat weights, int activationBits,
                        bool signedActivations);

}  // namespace axescope
