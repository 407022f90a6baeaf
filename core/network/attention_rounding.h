// SPDX-License-Identifier: GPL-3.0-or-later
// Operands of attention's two products as integers of few bits would have them: multiplied back by their scale, so that
// the products stay in float32. Their accumulators are not emulated.
#pragma once

#include <cstdint>
#include <span>

#include "core/linalg/matrix.h"

namespace axescope {

/// Queries or keys [N, L, heads · size]: each token's head has a symmetric scale of its own. bits ≥ 2.
void roundTokens(Tensor& x, std::int64_t heads, int bits);
/// Values [N, L, heads · size]: each feature has a symmetric scale over the positions of its sample, since the product
/// sums over positions. bits ≥ 2.
void roundFeatures(Tensor& x, int bits);
/// Weights of a softmax, 0 to 1, to multiples of 1 / (2^bits − 1).
void roundWeights(std::span<float> weights, int bits);

}  // namespace axescope
