// SPDX-License-Identifier: GPL-3.0-or-later
// The one successive-quantization recurrence. With e_j = w_j − q̂_j, D = A − R, in units of the scale:
//
//     v_i = w_i + ( Σ_j w_j D_ji + Σ_{j<i} e_j R_ji ) / R_ii,     q_i = saturate(round(shape(v_i)))
//
// which is  v_i = ( Σ_j w_j A_ji − Σ_{j<i} q̂_j R_ji ) / R_ii  without the cancellation of its two large sums: float32
// products then lose nothing that rounding to codes would notice. A column whose weights have a multiple m of the
// channel's scale has q_i = saturate(round(shape(v_i / m))) and q̂_i = m q_i.
#pragma once

#include <span>
#include <vector>

#include "core/budget/tile_multipliers.h"
#include "core/linalg/matrix.h"
#include "core/number/weight_levels.h"
#include "core/ptq/axe_constraint.h"
#include "core/ptq/feedback.h"

namespace axescope {

enum class ErrorReference {
  original,  // the error against the weight as given is fed on
  shaped,    // as in the authors' release: what shape() cut off is not fed on
};

struct RecurrenceOptions {
  WeightLevels codes{IntegerRange{-7, 7}};  // what a weight code may be
  ErrorReference errorReference = ErrorReference::original;
  const AxeOptions* axe = nullptr;  // null: unconstrained, shape() is the identity
};

/// Rows to be quantized under one setting: weight[C×K] and its scales, C.
struct RecurrenceRows {
  const MatrixF* weight = nullptr;
  std::span<const double> scales;
  RecurrenceOptions options;
  const TileMultipliers* multipliers = nullptr;  // of these rows, over the tiles of options.axe; null: all 1
};

/// Codes[C×K] of each setting, in the original column order. Rows are independent, so several settings that share the
/// feedback are stacked: small layers then fill the machine. Uses the threads of the arena; the result does not
/// depend on their number.
std::vector<CodeMatrix> quantizeGreedily(std::span<const RecurrenceRows> stack, const Feedback& feedback);

/// One setting alone.
CodeMatrix quantizeGreedily(const MatrixF& weight, std::span<const double> scales, const Feedback& feedback,
                            const RecurrenceOptions& options, const TileMultipliers* multipliers = nullptr);

}  // namespace axescope
