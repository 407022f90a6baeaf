// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/budget_projection.h"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/base/parallel.h"
#include "core/budget/l1_projection.h"
#include "core/linalg/largest_eigenvalue.h"
#include "core/ptq/layer_error.h"

namespace axescope {

namespace {

constexpr std::int64_t panelRows = 128;
// What the eigenvalue, which is found from below, may lack.
constexpr double stepMargin = 1.2;

// What a tile may hold, in units of the channel's scale.
class TileBudget {
 public:
  explicit TileBudget(const AxeOptions& axe)
      : tiling_(axe.tiling),
        radius_(static_cast<double>(accumulatorLimit(axe.innerBits)) /
                static_cast<double>(std::max(axe.activations.high, -axe.activations.low))),
        isShared_(axe.activations.low < 0) {}

  /// Euclidean projection of each row, whose multipliers these are.
  void project(MatrixD& rows, const TileMultipliers& multipliers) {
    for (Eigen::Index row = 0; row < rows.rows(); ++row) {
      for (std::int64_t t = 0; t < tiling_.tiles(); ++t) {
        projectTile({&rows(row, tiling_.begin(t)), static_cast<std::size_t>(tiling_.end(t) - tiling_.begin(t))},
                    radius_ * static_cast<double>(multipliers.ofTile(row, t)));
      }
    }
  }

 private:
  void projectTile(std::span<double> tile, double radius) {
    if (isShared_) {
      const double lambda = softThreshold(tile, radius);
      for (double& value : tile) value = shrink(value, lambda);
      return;
    }
    for (const double sign : {1.0, -1.0}) {
      side_.assign(tile.begin(), tile.end());
      for (double& value : side_) value = std::max(0.0, sign * value);
      const double lambda = softThreshold(side_, radius);
      for (double& value : tile) value = sign * value > 0.0 ? shrink(value, lambda) : value;
    }
  }

  Tiling tiling_;
  double radius_;
  bool isShared_;  // by positive and negative weights
  std::vector<double> side_;
};

// FISTA from the Euclidean projection on.
MatrixD approach(const InputStatistics& statistics, const MatrixD& w, double inverseStep,
                 const TileMultipliers& multipliers, TileBudget& budget, int steps) {
  MatrixD now = w;
  budget.project(now, multipliers);
  MatrixD ahead = now;  // where the momentum points
  MatrixD before;
  double momentum = 1.0;
  for (int i = 0; i < steps; ++i) {
    before = std::move(now);
    now = ahead - timesSquares(statistics, ahead - w) / inverseStep;
    budget.project(now, multipliers);
    const double next = (1.0 + std::sqrt(1.0 + 4.0 * momentum * momentum)) / 2.0;
    ahead = now + (momentum - 1.0) / next * (now - before);
    momentum = next;
  }
  return now;
}

}  // namespace

BudgetProjection::BudgetProjection(const InputStatistics& statistics)
    : statistics_(statistics), inverseStep_(stepMargin * largestEigenvalue(statistics.s)) {}

MatrixF BudgetProjection::project(const MatrixF& weight, std::span<const double> scales,
                                  const TileMultipliers& multipliers, const AxeOptions& axe, int steps) const {
  MatrixF result = weight;
  if (!(inverseStep_ > 0.0)) return result;
  const Eigen::RowVectorXd alive = (statistics_.s.diagonal().array() > 0.0).cast<double>().transpose();
  parallelPieces(weight.rows(), panelRows, [&](std::int64_t first, std::int64_t rows) {
    TileBudget budget(axe);
    MatrixD w = weight.middleRows(first, rows).cast<double>();
    for (Eigen::Index row = 0; row < rows; ++row) w.row(row) /= scales[static_cast<std::size_t>(first + row)];
    const TileMultipliers own = multipliers.middleRows(first, rows);
    MatrixD fitting = w;
    budget.project(fitting, own);
    std::vector<std::int64_t> unfit;  // rows with something to do
    for (Eigen::Index row = 0; row < rows; ++row) {
      if (fitting.row(row) != w.row(row)) unfit.push_back(row);
    }
    const MatrixD wide = w(unfit, Eigen::all) * alive.asDiagonal();
    const MatrixD nearest = approach(statistics_, wide, inverseStep_, own.of(unfit), budget, steps);
    for (std::size_t i = 0; i < unfit.size(); ++i) {
      const Eigen::Index row = first + unfit[i];
      result.row(row) =
          (scales[static_cast<std::size_t>(row)] * nearest.row(static_cast<Eigen::Index>(i))).cast<float>();
    }
  });
  return result;
}

}  // namespace axescope
