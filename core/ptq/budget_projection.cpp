// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/budget_projection.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/base/parallel.h"
#include "core/budget/l1_projection.h"
#include "core/linalg/product.h"

namespace axescope {

namespace {

constexpr std::int64_t panelRows = 128;

// Power iteration from below, and what its estimate may lack after these steps whatever the spectrum.
double largestEigenvalue(const MatrixD& s) {
  constexpr int steps = 40;
  constexpr double margin = 1.2;
  VectorD direction(s.rows());
  for (Eigen::Index i = 0; i < direction.size(); ++i) direction[i] = 1.0 + 0.5 * std::sin(static_cast<double>(i));
  double norm = direction.norm();
  for (int step = 0; step < steps && norm > 0.0; ++step) {
    direction /= norm;
    direction = s.selfadjointView<Eigen::Lower>() * direction;
    norm = direction.norm();
  }
  return margin * norm;
}

// What a tile may hold, in units of the scale.
struct TileBudget {
  explicit TileBudget(const AxeOptions& axe)
      : radius(static_cast<double>(accumulatorLimit(axe.innerBits)) /
               static_cast<double>(std::max(axe.activations.high, -axe.activations.low))),
        shared(axe.activations.low < 0) {}
  double radius;
  bool shared;  // by positive and negative weights
};

void shrinkAbove(std::span<float> tile, std::span<const double> part, double radius, float sign) {
  const double lambda = softThreshold(part, radius);
  if (!(lambda > 0.0)) return;
  for (float& value : tile) {
    if (sign * value >= 0.0F) value = static_cast<float>(shrink(static_cast<double>(value), lambda));
  }
}

// Euclidean projection of one row's tiles; `part` is room for the largest.
void ontoBudget(float* row, const Tiling& tiling, const TileBudget& budget, std::vector<double>& part) {
  for (std::int64_t t = 0; t < tiling.tiles(); ++t) {
    const std::span tile(row + tiling.begin(t), static_cast<std::size_t>(tiling.end(t) - tiling.begin(t)));
    part.resize(tile.size());
    if (budget.shared) {
      std::copy(tile.begin(), tile.end(), part.begin());
      const double lambda = softThreshold(part, budget.radius);
      if (!(lambda > 0.0)) continue;
      for (float& value : tile) value = static_cast<float>(shrink(static_cast<double>(value), lambda));
      continue;
    }
    for (const float sign : {1.0F, -1.0F}) {
      std::transform(tile.begin(), tile.end(), part.begin(),
                     [&](float value) { return static_cast<double>(std::max(0.0F, sign * value)); });
      shrinkAbove(tile, part, budget.radius, sign);
    }
  }
}

}  // namespace

BudgetProjection::BudgetProjection(const InputStatistics& statistics)
    : statistics_(statistics), inverseStep_(largestEigenvalue(statistics.s)) {}

MatrixF BudgetProjection::project(const MatrixF& weight, std::span<const double> scales, const AxeOptions& axe,
                                  int steps) const {
  const Eigen::Index k = weight.cols();
  const TileBudget budget(axe);
  const Eigen::RowVectorXf alive = (statistics_.s.diagonal().array() > 0.0).cast<float>().transpose();
  MatrixF result = weight;
  std::vector<Eigen::Index> unfit;  // rows with something to do
  MatrixF start = weight;           // in units of the scale
  std::vector<std::uint8_t> fits(static_cast<std::size_t>(weight.rows()));
  parallelPieces(weight.rows(), panelRows, [&](std::int64_t first, std::int64_t rows) {
    std::vector<double> part;
    Eigen::RowVectorXf projected(k);
    for (std::int64_t r = first; r < first + rows; ++r) {
      start.row(r) *= static_cast<float>(1.0 / scales[static_cast<std::size_t>(r)]);
      projected = start.row(r);
      ontoBudget(projected.data(), axe.tiling, budget, part);
      fits[static_cast<std::size_t>(r)] = projected == start.row(r) ? 1 : 0;
    }
  });
  for (Eigen::Index r = 0; r < weight.rows(); ++r) {
    if (fits[static_cast<std::size_t>(r)] == 0) unfit.push_back(r);
  }
  if (unfit.empty() || !(inverseStep_ > 0.0)) return result;

  const auto step = static_cast<float>(1.0 / inverseStep_);
  const Eigen::RowVectorXf sums = statistics_.sums.transpose().cast<float>();
  const auto ofMeans = static_cast<float>(1.0 / static_cast<double>(std::max<std::int64_t>(statistics_.samples, 1)));
  parallelPieces(static_cast<std::int64_t>(unfit.size()), panelRows, [&](std::int64_t first, std::int64_t rows) {
    std::vector<double> part;
    MatrixF w(rows, k);
    for (std::int64_t r = 0; r < rows; ++r) {
      w.row(r) = start.row(unfit[static_cast<std::size_t>(first + r)]).cwiseProduct(alive);
    }
    MatrixF now = w;
    for (std::int64_t r = 0; r < rows; ++r) ontoBudget(&now(r, 0), axe.tiling, budget, part);
    MatrixF ahead = now;  // where the momentum points
    MatrixF before;
    MatrixF gradient(rows, k);
    double momentum = 1.0;
    for (int i = 0; i < steps; ++i) {
      // (y − w) S, S taken apart into its spread and what the means make of it (see outputErrorEnergy).
      const MatrixF d = ahead - w;
      multiply(FloatProduct{.m = rows,
                            .n = k,
                            .k = k,
                            .a = d.data(),
                            .lda = k,
                            .b = statistics_.spread.data(),
                            .ldb = k,
                            .c = gradient.data(),
                            .ldc = k});
      gradient += (ofMeans * (d * sums.transpose())) * sums;
      before = std::move(now);
      now = ahead - step * gradient;
      for (std::int64_t r = 0; r < rows; ++r) ontoBudget(&now(r, 0), axe.tiling, budget, part);
      const double next = (1.0 + std::sqrt(1.0 + 4.0 * momentum * momentum)) / 2.0;
      ahead = now + static_cast<float>((momentum - 1.0) / next) * (now - before);
      momentum = next;
    }
    for (std::int64_t r = 0; r < rows; ++r) {
      const Eigen::Index row = unfit[static_cast<std::size_t>(first + r)];
      result.row(row) = static_cast<float>(scales[static_cast<std::size_t>(row)]) * now.row(r);
    }
  });
  return result;
}

}  // namespace axescope
