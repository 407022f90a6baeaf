// SPDX-License-Identifier: GPL-3.0-or-later
// The projection in the inputs' metric against many plain steps in float64.
#include "core/ptq/budget_projection.h"

#include <Eigen/Eigenvalues>
#include <gtest/gtest.h>

#include "core/budget/l1_projection.h"
#include "core/number/weight_quantizer.h"
#include "random_layer.h"

namespace axescope {
namespace {

using testing::RandomLayer;
using testing::randomLayer;
using Row = Eigen::RowVectorXd;

double radiusOf(const AxeOptions& axe) {
  const auto limit = static_cast<double>((std::int64_t{1} << (axe.innerBits - 1)) - 1);
  return limit / static_cast<double>(std::max(axe.activations.high, -axe.activations.low));
}

// Sums of the positive and the negative part of a tile, in units of the scale.
std::pair<double, double> partsOf(const Row& row, const Tiling& tiling, std::int64_t tile) {
  const Row part = row.segment(tiling.begin(tile), tiling.end(tile) - tiling.begin(tile));
  return {part.cwiseMax(0.0).sum(), -part.cwiseMin(0.0).sum()};
}

Row euclidean(Row row, const AxeOptions& axe) {
  const auto shrinkPart = [&](std::int64_t tile, double sign, bool both) {
    std::vector<double> part;
    const std::int64_t begin = axe.tiling.begin(tile);
    const std::int64_t end = axe.tiling.end(tile);
    for (std::int64_t i = begin; i < end; ++i) part.push_back(both ? row[i] : std::max(0.0, sign * row[i]));
    const double lambda = softThreshold(part, radiusOf(axe));
    for (std::int64_t i = begin; i < end; ++i) {
      if (both || sign * row[i] > 0.0) row[i] = shrink(row[i], lambda);
    }
  };
  for (std::int64_t tile = 0; tile < axe.tiling.tiles(); ++tile) {
    if (axe.activations.low < 0) {
      shrinkPart(tile, 1.0, true);
    } else {
      shrinkPart(tile, 1.0, false);
      shrinkPart(tile, -1.0, false);
    }
  }
  return row;
}

struct Case {
  RandomLayer layer;
  InputStatistics statistics;
  AxeOptions axe;
  std::vector<double> scales;
};

Case makeCase(ActivationEncoding encoding, int innerBits, bool deadInputs, std::mt19937& random) {
  Case made;
  made.layer =
      randomLayer({.channels = 12, .k = 36, .samples = 400, .encoding = encoding, .deadInputs = deadInputs}, random);
  made.statistics = made.layer.statistics();
  made.axe = {.innerBits = innerBits, .tiling = Tiling::of(36, 14), .activations = made.layer.quantizer.range()};
  made.scales = weightScales(made.layer.weight, weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax);
  return made;
}

TEST(BudgetProjection, ReachesTheLeastOutputErrorWithinTheBudget) {
  std::mt19937 random(61);
  for (int round = 0; round < 8; ++round) {
    const auto encoding = round % 2 == 0 ? ActivationEncoding::asymmetric : ActivationEncoding::centred;
    const Case made = makeCase(encoding, 11 + round % 2, round % 4 == 3, random);
    const MatrixF projected =
        BudgetProjection(made.statistics).project(made.layer.weight, made.scales, {}, made.axe, 400);
    const MatrixD& s = made.statistics.s;
    const double step = 1.0 / Eigen::SelfAdjointEigenSolver<MatrixD>(s).eigenvalues().maxCoeff();
    const Row alive = (s.diagonal().array() > 0.0).cast<double>().transpose();
    int bound = 0;
    for (Eigen::Index c = 0; c < 12; ++c) {
      const double scale = made.scales[static_cast<std::size_t>(c)];
      const Row w = (made.layer.weight.row(c).cast<double>() / scale).cwiseProduct(alive);
      const Row answer = (projected.row(c).cast<double>() / scale).cwiseProduct(alive);
      for (std::int64_t tile = 0; tile < made.axe.tiling.tiles(); ++tile) {
        const auto [p, n] = partsOf(answer, made.axe.tiling, tile);
        EXPECT_LE(made.axe.activations.low < 0 ? p + n : std::max(p, n), radiusOf(made.axe) * (1 + 1e-5));
      }
      const auto error = [&](const Row& v) { return ((v - w) * s).dot(v - w); };
      const Row nearest = euclidean(w, made.axe);
      Row truth = nearest;
      for (int i = 0; i < 6'000; ++i) truth = euclidean(truth - step * ((truth - w) * s), made.axe);
      if (error(truth) == 0.0) continue;
      ++bound;
      EXPECT_LE(error(answer), 1.02 * error(truth)) << "round " << round << " channel " << c;
      EXPECT_LT(error(answer), error(nearest)) << "round " << round << " channel " << c;
    }
    EXPECT_GT(bound, 6) << "budgets that bind";
  }
}

TEST(BudgetProjection, LeavesWeightsThatFitBitForBit) {
  std::mt19937 random(62);
  const Case made = makeCase(ActivationEncoding::asymmetric, 24, true, random);
  EXPECT_EQ(BudgetProjection(made.statistics).project(made.layer.weight, made.scales, {}, made.axe, 50),
            made.layer.weight);
}

}  // namespace
}  // namespace axescope
