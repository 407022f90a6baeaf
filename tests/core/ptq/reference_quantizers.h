// SPDX-License-Identifier: GPL-3.0-or-later
// The methods as their papers write them, one float64 step at a time, sharing nothing with the recurrence.
#pragma once

#include <cstdint>
#include <vector>

#include "core/linalg/matrix.h"
#include "core/number/integer_range.h"

namespace axescope::testing {

struct ReferenceConstraint {
  bool soft = false;
  bool strict = false;
  int innerBits = 16;
  std::int64_t tileSize = 0;
  std::int64_t activationLow = 0;
  std::int64_t activationHigh = 255;
  bool halfSlack = false;
  bool a2qBudget = false;  // of projectedTowardZero, instead of A2Q+'s
};

struct ReferenceAnswer {
  CodeMatrix codes;  // original column order
  MatrixD margins;   // distance of the rounded value from its nearest rounding tie, by original column
};

struct ReferenceOptions {
  IntegerRange codes;
  bool shapedErrorReference = false;
  std::vector<std::int64_t> order;  // visiting order of inputs
  ReferenceConstraint constraint;
  MatrixD multipliers;         // [C×K], of each weight's scale; none: all 1
  std::vector<double> levels;  // magnitudes that codes may have; none: all integers of `codes`
};

/// Textbook GPFQ on samples: u_i = u_{i−1} + w_i X_i − q_i X̃_i, q_i = Q(⟨X̃_i, u_{i−1} + w_i X_i⟩ / ‖X̃_i‖²).
/// x and quantized are [D×K].
ReferenceAnswer textbookGpfq(const MatrixD& weight, const std::vector<double>& scales, const MatrixD& x,
                             const MatrixD& quantized, const ReferenceOptions& options);

/// OPTQ in its inverse-Hessian form on H = X̃X̃ᵀ + η mean(diag) I. With `x` the target is first moved to the
/// least-squares solution W (G + δI)(S + δI)⁻¹.
ReferenceAnswer inverseHessianOptq(const MatrixD& weight, const std::vector<double>& scales, const MatrixD* x,
                                   const MatrixD& quantized, double damping, const ReferenceOptions& options);

/// Qronos step by step: the first alive weight q_1 = Q(⟨X̃_1, wX − Σ_(j>1) w_j X̃_j⟩ / ‖X̃_1‖²); the others solve
/// min ‖wX − q_1 X̃_1 − Σ_(j>1) w'_j X̃_j‖² + δ‖w' − w‖², explicitly; from then on OPTQ's error diffusion, each step
/// with the inverse of the Hessian of what is left. δ = η mean(diag).
ReferenceAnswer textbookQronos(const MatrixD& weight, const std::vector<double>& scales, const MatrixD& x,
                               const MatrixD& quantized, double damping, const ReferenceOptions& options);

/// EP-init of values[C×K] in units of the scale: per channel and tile the projection onto the ℓ₁ ball of the
/// budget, by bisection, rounded toward zero; the radius shrinks by 2 % until the codes fit their accumulator.
CodeMatrix projectedTowardZero(const MatrixD& values, const ReferenceConstraint& constraint, IntegerRange codes);

/// Descending energy, ties by lower index.
std::vector<std::int64_t> energyOrder(const MatrixD& quantized);

}  // namespace axescope::testing
