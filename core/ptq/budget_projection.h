// SPDX-License-Identifier: GPL-3.0-or-later
// AXE's soft step in the metric that counts: not the weights nearest to the budget, but those whose outputs are.
#pragma once

#include <cstdint>
#include <span>

#include "core/linalg/matrix.h"
#include "core/ptq/axe_constraint.h"
#include "core/ptq/statistics.h"

namespace axescope {

/// Of a row w the w' with the least ‖(w' − w)X̃‖² among all whose tiles an accumulator holds in real numbers: with μ = 0
/// the positive and the negative part of each tile at most L/ν in ℓ₁, with μ < 0 both together at most L/max(ν, −μ).
/// A convex problem, solved by accelerated projected gradient (FISTA: Beck and Teboulle, 2009); every iterate
/// is feasible, so that stopping early costs accuracy only. Const; shared by threads.
class BudgetProjection {
 public:
  /// The statistics must outlive it.
  explicit BudgetProjection(const InputStatistics& statistics);

  /// weight[rows×K] with its scales and multipliers, in and out in the units of the weights. Of `axe`, innerBits,
  /// tiling and activations count. A row that fits already is returned bit for bit. Weights of inputs that are always
  /// zero become zero in the others. Uses the threads of the arena.
  MatrixF project(const MatrixF& weight, std::span<const double> scales, const TileMultipliers& multipliers,
                  const AxeOptions& axe, int steps) const;

 private:
  const InputStatistics& statistics_;
  double inverseStep_;  // no smaller than the largest eigenvalue of S
};

}  // namespace axescope
