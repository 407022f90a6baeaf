// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/budget/bounds.h"
#include "core/linalg/matrix.h"
#include "core/number/weight_levels.h"
#include "core/ptq/axe_constraint.h"

namespace axescope {

/// EP-init (A2Q+, arXiv 2401.10432, section 3.2): project each channel's tile onto the ℓ₁ ball of the budget and round
/// toward zero, to a level. values[C×K] in units of the scale: the weights, or the codes of an unconstrained algorithm.
/// A2Q's radius holds for any codes. That of A2Q+ presumes zero-centred tiles; where the exact test of the rounded
/// codes still fails, the radius shrinks by 2 % until it holds, so that the answer always carries a certificate. Radii
/// below 1 leave no code, so that it ends. Of `options`, innerBits, tiling and activations count.
CodeMatrix epInit(const MatrixD& values, const AxeOptions& options, const WeightLevels& codes,
                  L1Budget budget = L1Budget::a2qPlus);

}  // namespace axescope
