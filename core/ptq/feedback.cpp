// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/feedback.h"

#include <algorithm>
#include <numeric>
#include <optional>

#include <Eigen/Dense>

#include "core/base/parallel.h"
#include "core/linalg/cholesky.h"

namespace axescope {

namespace {

constexpr Eigen::Index rowsAtOnce = 64;

MatrixD permuted(const MatrixD& matrix, const std::vector<std::int64_t>& order) {
  const auto k = static_cast<Eigen::Index>(order.size());
  MatrixD result(k, k);
  parallelPieces(k, rowsAtOnce, [&](Eigen::Index first, Eigen::Index rows) {
    for (Eigen::Index i = first; i < first + rows; ++i) {
      const double* row = matrix.data() + order[static_cast<std::size_t>(i)] * k;
      for (Eigen::Index j = 0; j < k; ++j) result(i, j) = row[order[static_cast<std::size_t>(j)]];
    }
  });
  return result;
}

// Qronos's first step: the first alive code fits the output as it is while the other weights have not moved yet, at
// ⟨X̃_1, wX − Σ_(j>1) w_j X̃_j⟩ / ‖X̃_1‖² = w_1 + Σ_j w_j (G − S)_j1 / S_11. The rest is optq-corrected's: the least
// squares that later weights aim at, given that code, are W₂ = (W(G + δI)_·2 − q̂_1 S_12)(S_22 + δI)⁻¹, and with R₂₂,
// the factor without its first row and column, (M R⁻ᵀ)_·2 = M_·2 R₂₂⁻ᵀ and S_12 R₂₂⁻ᵀ is the first row of R.
struct FirstAim {
  Eigen::Index column = 0;
  VectorD shift;  // (G − S)_j1 / S_11
};

FirstAim firstAim(const MatrixD& s, const MatrixD& shift, const std::vector<std::uint8_t>& dead) {
  const Eigen::Index first = std::find(dead.begin(), dead.end(), 0) - dead.begin();
  return {first, shift.col(first) / s(first, first)};
}

enum class Part { full, upper, strictlyUpper };

// The part of the matrix with column i divided by diagonal[i]; a dead column has nothing to give and becomes zero.
MatrixF byDiagonal(const MatrixD& matrix, Part part, const VectorD& diagonal, const std::vector<std::uint8_t>& dead) {
  const Eigen::Index k = matrix.rows();
  Eigen::RowVectorXd inverse(k);
  for (Eigen::Index i = 0; i < k; ++i) inverse[i] = dead[static_cast<std::size_t>(i)] != 0 ? 0.0 : 1.0 / diagonal[i];
  MatrixF result(k, k);
  parallelPieces(k, rowsAtOnce, [&](Eigen::Index first, Eigen::Index rows) {
    for (Eigen::Index i = first; i < first + rows; ++i) {
      const Eigen::Index skipped = part == Part::full ? 0 : part == Part::upper ? i : i + 1;
      result.row(i).head(skipped).setZero();
      result.row(i).tail(k - skipped) =
          matrix.row(i).tail(k - skipped).cwiseProduct(inverse.tail(k - skipped)).cast<float>();
    }
  });
  return result;
}

}  // namespace

Feedback rtnFeedback(std::int64_t k) {
  Feedback result;
  result.order.resize(static_cast<std::size_t>(k));
  std::iota(result.order.begin(), result.order.end(), 0);
  result.dead.assign(static_cast<std::size_t>(k), 0);
  return result;
}

Result<Feedback> feedback(const InputStatistics& statistics, const FeedbackOptions& options,
                          const std::string& object) {
  Feedback result = rtnFeedback(statistics.k());
  const VectorD energy = statistics.s.diagonal();
  if (!(energy.maxCoeff() > 0.0)) {  // nothing ever arrives here: every code is 0
    result.dead.assign(result.dead.size(), 1);
    return result;
  }
  if (options.actOrder) {
    std::stable_sort(result.order.begin(), result.order.end(),
                     [&](std::int64_t a, std::int64_t b) { return energy[a] > energy[b]; });
  }
  for (std::size_t i = 0; i < result.order.size(); ++i) result.dead[i] = energy[result.order[i]] > 0.0 ? 0 : 1;
  if (options.algorithm == Algorithm::rtn || isTrained(options.algorithm)) return result;

  MatrixD s = options.actOrder ? permuted(statistics.s, result.order) : statistics.s;
  const bool needsShift = options.algorithm != Algorithm::optq;
  MatrixD shift;  // G − S
  if (needsShift) shift = options.actOrder ? permuted(statistics.shift, result.order) : statistics.shift;
  if (options.algorithm == Algorithm::gpfq) {
    const VectorD diagonal = s.diagonal();
    result.r = byDiagonal(s, Part::strictlyUpper, diagonal, result.dead);
    result.d = byDiagonal(shift, Part::upper, diagonal, result.dead);
    result.dIsUpper = true;
    return result;
  }
  std::optional<FirstAim> aim;
  if (options.algorithm == Algorithm::qronos) aim = firstAim(s, shift, result.dead);
  s.diagonal().array() += options.damping * energy.mean();
  AXESCOPE_TRY(const MatrixD factor, upperFactor(std::move(s), object));
  if (needsShift) {
    // (G + δI) R⁻ᵀ − R = (G − S) R⁻ᵀ, since R Rᵀ = S + δI.
    parallelPieces(shift.rows(), rowsAtOnce, [&](Eigen::Index first, Eigen::Index rows) {
      auto part = shift.middleRows(first, rows);
      factor.triangularView<Eigen::Upper>().transpose().solveInPlace<Eigen::OnTheRight>(part);
    });
    result.d = byDiagonal(shift, Part::full, factor.diagonal(), result.dead);
    if (aim) result.d.col(aim->column) = aim->shift.cast<float>();
  }
  result.r = byDiagonal(factor, Part::strictlyUpper, factor.diagonal(), result.dead);
  return result;
}

}  // namespace axescope
