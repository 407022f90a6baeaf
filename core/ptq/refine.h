// SPDX-License-Identifier: GPL-3.0-or-later
// Codes and scales improved after the greedy pass, from the Gram matrices alone and within the budget.
#pragma once

#include <vector>

#include "core/linalg/matrix.h"
#include "core/number/weight_levels.h"
#include "core/ptq/axe_constraint.h"
#include "core/ptq/statistics.h"

namespace axescope {

struct RefineOptions {
  WeightLevels codes;                  // what a weight code may be
  const AxeOptions* strict = nullptr;  // null: no budget
  int sweeps = 1;
  bool refitScales = false;       // else they stay as they are
  TileMultipliers multipliers{};  // of the rows
};

/// Lowers ‖w X − q̂ X̃‖² of each row; it never grows. A sweep visits every code: v = q_k − g_k/(S_kk s), with half the
/// gradient g = q̂S − wG, rounded to a level and clipped to what the budget of the other columns leaves. Where the
/// budget forbids a step to the next level that would help, it is traded: the code of the same tile whose step towards
/// zero costs least gives way, if both together help. When nothing changes any more, and refitScales, the scale becomes
/// the best for its codes, s = wG qᵀ / qSqᵀ, and the sweeps go on; at most `sweeps` in all. Where tiles have
/// multipliers, s is the tile's m s in the first, and q is in units of the channel's scale in the second. Rows run in
/// parallel.
void refine(const MatrixF& weight, const InputStatistics& statistics, ChannelRows of, const RefineOptions& options,
            std::vector<double>& scales, CodeMatrix& codes);

}  // namespace axescope
