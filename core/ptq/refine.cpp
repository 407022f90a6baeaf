// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/refine.h"

#include <algorithm>
#include <optional>

#include "core/base/parallel.h"
#include "core/number/weight_quantizer.h"

namespace axescope {

void refine(const MatrixF& weight, std::span<const double> scales, const InputStatistics& statistics,
            IntegerRange codeRange, const AxeOptions* strict, int sweeps, CodeMatrix& codes) {
  const Eigen::Index channels = statistics.targetShift.rows();
  std::optional<AxeOptions> exact;
  if (strict != nullptr) {
    exact = *strict;
    exact->slack = Slack::floor;  // codes are rounded before they are clipped
  }
  parallelFor(static_cast<std::size_t>(codes.rows()), [&](std::size_t index) {
    const auto row = static_cast<Eigen::Index>(index);
    const double scale = scales[index];
    // g = q̂ S − w G, the gradient's half.
    const Eigen::RowVectorXd d = weight.row(row).cast<double>() - scale * codes.row(row).cast<double>();
    Eigen::RowVectorXd gradient = -(d * statistics.s) - statistics.targetShift.row(row % channels);
    std::vector<TileSums> sums;
    if (exact) sums = tileSums({&codes(row, 0), static_cast<std::size_t>(codes.cols())}, exact->tiling);
    for (int sweep = 0; sweep < sweeps; ++sweep) {
      bool changed = false;
      for (Eigen::Index k = 0; k < codes.cols(); ++k) {
        const double energy = statistics.s(k, k);
        if (!(energy > 0.0)) continue;
        const std::int64_t old = codes(row, k);
        double code = roundHalfEven(static_cast<double>(old) - gradient[k] / (energy * scale));
        TileSums* tile = exact ? &sums[static_cast<std::size_t>(exact->tiling.tileOf(k))] : nullptr;
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
        gradient += static_cast<double>(chosen - old) * scale * statistics.s.row(k);
      }
      if (!changed) break;
    }
  });
}

}  // namespace axescope
