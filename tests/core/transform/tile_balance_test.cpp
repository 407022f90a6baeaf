// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/tile_balance.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "core/linalg/feature_order.h"

namespace axescope {
namespace {

using Order = std::vector<std::int64_t>;

MatrixF randomWeights(std::int64_t channels, std::int64_t k, unsigned seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  MatrixF weight(channels, k);
  for (Eigen::Index i = 0; i < weight.size(); ++i) weight.data()[i] = normal(random);
  for (auto column : weight.colwise()) column *= std::exp(0.7F * normal(random));
  return weight;
}

MatrixF inOrder(const MatrixF& weight, const Order& order, std::int64_t runLength) {
  MatrixF result(weight.rows(), weight.cols());
  const auto size = static_cast<std::size_t>(weight.size());
  reorderFeatures({weight.data(), size}, order, runLength, {result.data(), size});
  return result;
}

// The definition, weight by weight.
double pressureOf(const MatrixF& weight, const Tiling& tiling, Pressure pressure) {
  double sum = 0.0;
  for (Eigen::Index c = 0; c < weight.rows(); ++c) {
    double norm = 0.0;
    for (Eigen::Index k = 0; k < weight.cols(); ++k) norm += static_cast<double>(std::abs(weight(c, k)));
    for (std::int64_t tile = 0; tile < tiling.tiles(); ++tile) {
      double positive = 0.0;
      double negative = 0.0;
      for (std::int64_t k = tiling.begin(tile); k < tiling.end(tile); ++k) {
        const auto w = static_cast<double>(weight(c, k));
        (w > 0.0 ? positive : negative) += std::abs(w) / norm;
      }
      sum += pressure == Pressure::ofBoth ? std::pow(positive + negative, 2)
                                          : std::pow(positive, 2) + std::pow(negative, 2);
    }
  }
  return sum;
}

TEST(TileBalance, PressureIsItsDefinition) {
  const MatrixF weight = randomWeights(5, 21, 1);
  for (const Pressure pressure : {Pressure::ofEachSign, Pressure::ofBoth}) {
    for (const std::int64_t tile : {4, 7, 0}) {
      const Tiling tiling = Tiling::of(21, tile);
      EXPECT_NEAR(tilePressure(weight, tiling, pressure), pressureOf(weight, tiling, pressure), 1e-6);
    }
  }
}

// Runs longer than a tile, across the ends of tiles, and a last tile that is short: no swap of two runs is left that
// would help.
TEST(TileBalance, IsALocalMinimumBelowTheNaturalOrder) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    for (const auto& [k, run, tile] :
         {std::tuple<std::int64_t, std::int64_t, std::int64_t>{24, 1, 8}, {30, 1, 7}, {36, 9, 8}, {45, 9, 16}}) {
      const MatrixF weight = randomWeights(6, k, seed);
      const Tiling tiling = Tiling::of(k, tile);
      for (const Pressure pressure : {Pressure::ofEachSign, Pressure::ofBoth}) {
        const Order order = balancedOrder(weight, run, tiling, pressure);
        ASSERT_EQ(static_cast<std::int64_t>(order.size()), k / run);
        ASSERT_TRUE(isPermutation(order));
        const double balanced = pressureOf(inOrder(weight, order, run), tiling, pressure);
        EXPECT_LE(balanced, pressureOf(weight, tiling, pressure) * (1.0 + 1e-6));
        for (std::size_t i = 0; i < order.size(); ++i) {
          for (std::size_t j = i + 1; j < order.size(); ++j) {
            Order swapped = order;
            std::swap(swapped[i], swapped[j]);
            EXPECT_GE(pressureOf(inOrder(weight, swapped, run), tiling, pressure), balanced * (1.0 - 1e-5));
          }
        }
      }
    }
  }
}

TEST(TileBalance, DealsUnlikeColumnsToAllTiles) {
  MatrixF weight = randomWeights(8, 64, 3);
  weight.leftCols(16) *= 10.0F;
  const Tiling tiling = Tiling::of(64, 16);
  const Order order = balancedOrder(weight, 1, tiling, Pressure::ofEachSign);
  for (std::int64_t tile = 0; tile < 4; ++tile) {
    const auto large = std::count_if(order.begin() + tile * 16, order.begin() + (tile + 1) * 16,
                                     [](std::int64_t column) { return column < 16; });
    EXPECT_NEAR(static_cast<double>(large), 4.0, 2.0) << tile;
  }
}

TEST(TileBalance, LeavesOneTileAndChannelsOfZerosAlone) {
  MatrixF weight = randomWeights(3, 12, 4);
  Order natural(12);
  std::iota(natural.begin(), natural.end(), 0);
  EXPECT_EQ(balancedOrder(weight, 1, Tiling::of(12, 0), Pressure::ofBoth), natural);
  weight.setZero();
  EXPECT_EQ(balancedOrder(weight, 1, Tiling::of(12, 4), Pressure::ofEachSign), natural);
}

}  // namespace
}  // namespace axescope
