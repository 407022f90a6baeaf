// SPDX-License-Identifier: GPL-3.0-or-later
// How often final sums would leave an accumulator if they were Gaussian: an estimate from a few samples, also of rates
// too small to be measured on them. A certificate proves; this guesses.
#pragma once

#include <cstdint>

#include "core/budget/certificate.h"
#include "core/datapath/overflow_distribution.h"

namespace axescope {

/// P(|X| > limit) for Gaussian X, Q((limit − mean)/σ) + Q((limit + mean)/σ); without variance 1 or 0. limit ≥ 0.
double gaussianTail(double mean, double variance, double limit);

/// Estimated share of a channel's dot products with persistent overflow of an inner accumulator: 1 − Π(1 − p_t) with
/// the Gaussian tail p_t of each tile's final sums beyond ±(2^(P_I−1) − 1), tiles taken as independent. Proven tiles
/// have p_t = 0, and overflow on the way or of the outer accumulator is not part of it. `distribution` is that of
/// dotProducts dot products; 0 without any.
double estimatedOverflow(const OverflowDistribution& distribution, std::int64_t dotProducts,
                         const Certificate& certificate, std::int64_t channel);

}  // namespace axescope
