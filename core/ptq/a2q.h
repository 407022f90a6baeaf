// SPDX-License-Identifier: GPL-3.0-or-later
// A2Q (arXiv 2308.13504) and A2Q+ (arXiv 2401.10432) for a layer of a trained network. The papers train whole networks
// on their task; here the same parameters are trained on the layer's output error, which the statistics alone give.
#pragma once

#include <span>

#include "core/base/job.h"
#include "core/budget/bounds.h"
#include "core/budget/certificate.h"
#include "core/linalg/matrix.h"
#include "core/number/integer_range.h"
#include "core/number/scale_grid.h"
#include "core/ptq/budget_scale.h"
#include "core/ptq/statistics.h"

namespace axescope {

struct A2qOptions {
  L1Budget budget = L1Budget::a2q;  // a2qPlus also centres the weights of each tile by their mean
  int innerBits = 16;
  Tiling tiling;
  IntegerRange activations{0, 255};
  IntegerRange codes{-7, 7};
  int steps = 200;           // of Adam
  bool trainsScales = true;  // false: the scales are given and stay as they are
  ScaleGrid scaleGrid{};     // what scales are rounded to in each step; gradients pass the rounding unchanged
};

/// Where training starts: EP-init (ep_init.h) within the budget, for a2qPlus of centred tiles. weight[C×K], scales C.
/// Codes [C×K], each tile within the exact test; inputs that are always zero get code 0.
CodeMatrix a2qStart(const MatrixF& weight, std::span<const double> scales, const InputStatistics& statistics,
                    const A2qOptions& options);

/// Trains direction v, ℓ₁ norm g of each channel's tile and scale s of each channel,
///
///     q̂ = s·clip(trunc(g/s · v/‖v‖₁)),   g ≤ s·budget,
///
/// by Adam on ‖wX − q̂X̃‖²/‖wX‖² plus a penalty on log2 g above the budget; truncation passes gradients on unchanged.
/// weight[C×K] is the layer's own, `start` what training starts from (the same, or preprocessed). The answer is the
/// best iterate of each channel by that error, the start included, of those that pass the exact test of each tile: a
/// zero sum alone proves nothing. Costs steps + 1 products C×K×K; channels go in panels over the threads of the arena,
/// on whose number nothing depends. The budget must leave room for a code (l1Budget ≥ 1).
/// Errors: cancelled.
Result<ScaledCodes> trainA2q(const MatrixF& weight, const MatrixF& start, std::span<const double> scales,
                             const InputStatistics& statistics, const A2qOptions& options, const Job& job);

}  // namespace axescope
