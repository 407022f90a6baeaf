// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/refine.h"

#include <algorithm>
#include <optional>

#include "core/base/parallel.h"
#include "core/number/weight_quantizer.h"

namespace axescope {

namespace {

constexpr Eigen::Index panelRows = 32;

// Cyclic coordinate descent on one channel's codes, which the gradient's half is kept abreast of. `exact` may be null.
void refineRow(Eigen::Index row, double scale, const MatrixD& s, IntegerRange codeRange, const AxeOptions* exact,
               int sweeps, Eigen::Ref<Eigen::RowVectorXd> gradient, CodeMatrix& codes) {
  std::vector<TileSums> sums;
  if (exact != nullptr) sums = tileSums({&codes(row, 0), static_cast<std::size_t>(codes.cols())}, exact->tiling);
  for (int sweep = 0; sweep < sweeps; ++sweep) {
    bool changed = false;
    for (Eigen::Index k = 0; k < codes.cols(); ++k) {
      const double energy = s(k, k);
      if (!(energy > 0.0)) continue;
      const std::int64_t old = codes(row, k);
      double code = roundHalfEven(static_cast<double>(old) - gradient[k] / (energy * scale));
      TileSums* tile = exact != nullptr ? &sums[static_cast<std::size_t>(exact->tiling.tileOf(k))] : nullptr;
      if (tile != nullptr) {
        tile->remove(old);
        const BudgetLeft left = budgetLeft(*tile, *exact);
        code = std::clamp(code, -left.down, left.up);
      }
      code = std::clamp(code, static_cast<double>(codeRange.low), static_cast<double>(codeRange.high));
      const auto chosen = static_cast<std::int64_t>(code);
      if (tile != nullptr) tile->add(chosen);
      if (chosen == old) continue;
      changed = true;
      codes(row, k) = static_cast<std::int16_t>(chosen);
      gradient += static_cast<double>(chosen - old) * scale * s.row(k);
    }
    if (!changed) break;
  }
}

}  // namespace

void refine(const MatrixF& weight, std::span<const double> scales, const InputStatistics& statistics,
            IntegerRange codeRange, const AxeOptions* strict, int sweeps, CodeMatrix& codes) {
  const Eigen::Index channels = statistics.targetShift.rows();
  std::optional<AxeOptions> exact;
  if (strict != nullptr) {
    exact = *strict;
    exact->slack = Slack::floor;  // codes are rounded before they are clipped
  }
  parallelPieces(codes.rows(), panelRows, [&](Eigen::Index first, Eigen::Index rows) {
    // g = q̂ S − w G, the gradient's half, of a panel at once: S is read once for all its rows.
    MatrixD d = -weight.middleRows(first, rows).cast<double>();
    for (Eigen::Index row = 0; row < rows; ++row) {
      d.row(row) += scales[static_cast<std::size_t>(first + row)] * codes.row(first + row).cast<double>();
    }
    MatrixD gradients(rows, codes.cols());
    gradients.noalias() = d * statistics.s;
    for (Eigen::Index row = 0; row < rows; ++row) {
      gradients.row(row) -= statistics.targetShift.row((first + row) % channels);
      refineRow(first + row, scales[static_cast<std::size_t>(first + row)], statistics.s, codeRange,
                exact ? &*exact : nullptr, sweeps, gradients.row(row), codes);
    }
  });
}

}  // namespace axescope
