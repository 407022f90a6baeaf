// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/job.h"
#include "core/linalg/matrix.h"
#include "core/ptq/statistics.h"

namespace axescope {

inline constexpr int magrIterations = 150;

/// MagR (arXiv 2406.00800): weights of smaller magnitude and nearly the same output, to be quantized in place of the
/// layer's own. Each channel of weight[C×K] minimises
///
///     ½ (w' − w) S/λ_max (w' − w)ᵀ + α·max|w|·‖w'‖_∞
///
/// by proximal gradient steps of length 1 from w' = w; `alpha` is relative to the channel, so that the answer scales
/// with its weights. α = 0 gives the weights back, bit for bit. Costs magrIterations products C×K×K; channels go in
/// panels over the threads of the arena, on whose number nothing depends. Errors: cancelled.
Result<MatrixF> reduceMagnitudes(const MatrixF& weight, const InputStatistics& statistics, double alpha,
                                 const Job& job);

}  // namespace axescope
