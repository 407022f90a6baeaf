// SPDX-License-Identifier: GPL-3.0-or-later
// Accumulator bounds, all in exact integers. Sources: data-type and A2Q bound, arXiv 2308.13504; A2Q+ bound,
// arXiv 2401.10432; outer width, arXiv 2409.17092.
#pragma once

#include <cstdint>

#include "core/number/weight_levels.h"

namespace axescope {

/// Least P that holds any dot product of length k of M-bit weights and N-bit activations:
/// a = log2 K + N + M − 1 − S, P ≥ ⌈a + log2(1 + 2^−a) + 1⌉ (S = 1 for signed activations). In integers: the least P
/// with 2^(P−1) ≥ K·2^(N−S)·w + 1, where w = 2^(M−1), or the largest level of weights that are not uniform.
int dataTypeBound(std::int64_t k, WeightFormat weights, int activationBits, bool signedActivations);

/// Bounds are at least leastAccumulatorBits, also for zero norms.
/// A2Q: the largest ‖q‖₁ allowed, ⌊(2^(P−1) − 1)·2^(S−N)⌋, and the least P for a given ‖q‖₁.
std::int64_t a2qBudget(int accumulatorBits, int activationBits, bool signedActivations);
int a2qBound(std::int64_t l1Norm, int activationBits, bool signedActivations);

/// A2Q+ for zero-centred codes: ‖q‖₁ ≤ (2^P − 2)/(ν − μ) with ν − μ = 2^N − 1, not floored (it is the radius that AXE
/// and EP-init project to), and its inverse P = ⌈log2(‖q‖₁(2^N − 1) + 2)⌉ in integers.
double a2qPlusBudget(int accumulatorBits, IntegerRange activations);
int a2qPlusBound(std::int64_t l1Norm, int activationBits);

/// The two bounds as radii of ℓ₁ balls in units of the weight scale.
enum class L1Budget {
  a2q,      // (2^(P−1) − 1)·2^(S−N), floored: holds for any codes
  a2qPlus,  // (2^P − 2)/(2^N − 1): presumes codes whose positive and negative parts are equal
};

/// N and S are those of a range of 2^N codes; S = 1 where it has negative ones.
double l1Budget(L1Budget rule, int accumulatorBits, IntegerRange activations);

/// Least P with |value| ≤ 2^(P−1) − 1 for both ends of the range: the exact test. At least leastAccumulatorBits.
int exactBound(IntegerRange extremes);

/// Paper's outer width P_O = ⌈P_I + log2(K/T)⌉, for n_t = ⌈K/T⌉ tiles.
int publishedOuterBits(int innerBits, std::int64_t tiles);

}  // namespace axescope
