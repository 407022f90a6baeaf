// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>

#include "core/linalg/matrix.h"
#include "core/ptq/axe_constraint.h"
#include "core/ptq/statistics.h"

namespace axescope {

/// Cyclic coordinate descent on ‖w X − q̂ X̃‖² over the codes: v = q_k − g_k/(S_kk s), clipped to what the budget of
/// the other columns leaves (`strict` non-null), rounded, while anything changes, at most `sweeps` times. Codes are
/// improved in place; the error never grows. Rows run in parallel.
void refine(const MatrixF& weight, std::span<const double> scales, const InputStatistics& statistics,
            IntegerRange codeRange, const AxeOptions* strict, int sweeps, CodeMatrix& codes);

}  // namespace axescope
