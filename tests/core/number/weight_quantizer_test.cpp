// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/weight_quantizer.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace axescope {
namespace {

MatrixF randomWeights(std::int64_t rows, std::int64_t cols, unsigned seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal(0.0F, 0.3F);
  MatrixF weight(rows, cols);
  for (Eigen::Index i = 0; i < weight.size(); ++i) weight.data()[i] = normal(generator);
  return weight;
}

double squaredError(const MatrixF& weight, Eigen::Index row, double scale, IntegerRange codes) {
  double error = 0.0;
  for (Eigen::Index k = 0; k < weight.cols(); ++k) {
    const double w = static_cast<double>(weight(row, k));
    const double code =
        std::clamp(roundHalfEven(w / scale), static_cast<double>(codes.low), static_cast<double>(codes.high));
    error += (w - scale * code) * (w - scale * code);
  }
  return error;
}

TEST(RoundHalfEven, TiesGoToTheEvenNeighbour) {
  EXPECT_EQ(roundHalfEven(0.5), 0.0);
  EXPECT_EQ(roundHalfEven(1.5), 2.0);
  EXPECT_EQ(roundHalfEven(2.5), 2.0);
  EXPECT_EQ(roundHalfEven(-0.5), 0.0);
  EXPECT_EQ(roundHalfEven(-1.5), -2.0);
  EXPECT_EQ(roundHalfEven(-2.5), -2.0);
  EXPECT_EQ(roundHalfEven(std::nextafter(2.5, 3.0)), 3.0);
}

TEST(WeightScales, LargestMagnitudeMeetsTheEndOfTheCodes) {
  MatrixF weight(2, 3);
  weight << 0.5F, -1.75F, 0.25F, 3.5F, 0.0F, -1.0F;
  EXPECT_EQ(weightScales(weight, weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax),
            (std::vector{0.25, 0.5}));
  EXPECT_EQ(weightScales(weight, weightCodeRange(4, WeightRange::full), WeightScaleRule::absmax),
            (std::vector{1.75 / 8, 3.5 / 8}));
}

TEST(WeightScales, RowOfZerosGetsScaleOne) {
  const MatrixF weight = MatrixF::Zero(2, 5);
  for (const WeightScaleRule rule : {WeightScaleRule::absmax, WeightScaleRule::mse}) {
    EXPECT_EQ(weightScales(weight, weightCodeRange(4, WeightRange::narrow), rule), (std::vector{1.0, 1.0}));
  }
}

TEST(WeightScales, MseIsTheBestOfTheThresholdGrid) {
  for (const std::int64_t cols : {1, 7, 8, 9, 64, 203}) {
    const MatrixF weight = randomWeights(12, cols, static_cast<unsigned>(cols));
    for (const int bits : {2, 3, 4, 8}) {
      for (const WeightRange range : {WeightRange::narrow, WeightRange::full}) {
        const IntegerRange codes = weightCodeRange(bits, range);
        const std::vector<double> absmax = weightScales(weight, weightCodeRange(bits, range), WeightScaleRule::absmax);
        const std::vector<double> mse = weightScales(weight, weightCodeRange(bits, range), WeightScaleRule::mse);
        for (Eigen::Index c = 0; c < weight.rows(); ++c) {
          const double whole = absmax[static_cast<std::size_t>(c)];
          const double chosen = mse[static_cast<std::size_t>(c)];
          const double steps = chosen / whole * 20.0;
          EXPECT_NEAR(steps, std::round(steps), 1e-9);
          const double error = squaredError(weight, c, chosen, codes);
          for (int i = 2; i <= 20; ++i) {
            EXPECT_LE(error, squaredError(weight, c, whole * i / 20, codes) * (1.0 + 1e-12)) << "threshold " << i;
          }
        }
      }
    }
  }
}

TEST(WeightScales, MseClipsARareOutlier) {
  MatrixF weight = MatrixF::Constant(1, 1000, 0.1F);
  weight(0, 17) = 1.0F;
  const double absmax = weightScales(weight, weightCodeRange(3, WeightRange::narrow), WeightScaleRule::absmax).front();
  EXPECT_LT(weightScales(weight, weightCodeRange(3, WeightRange::narrow), WeightScaleRule::mse).front(), absmax);
}

TEST(WeightScales, OfLevelsTheLastOneMeetsTheLargestWeightAndMseLooksBeyond) {
  const WeightLevels levels({4, WeightQuantizer::powerOfTwo}, WeightRange::narrow);
  MatrixF weight(1, 5);
  // The largest weight and the others fit levels best where the largest one is three quarters of the last.
  weight << 3.0F, 1.99F, -2.0F, 1.0F, 0.5F;
  EXPECT_EQ(weightScales(weight, levels, WeightScaleRule::absmax).front(), 3.0 / 64);
  const double best = weightScales(weight, levels, WeightScaleRule::mse).front();
  const auto errorAt = [&](double scale) {
    double error = 0.0;
    for (const float w : weight.reshaped()) {
      error += std::pow(static_cast<double>(w) - scale * levels.nearest(static_cast<double>(w) / scale), 2);
    }
    return error;
  };
  EXPECT_GT(best, 3.0 / 64);
  for (int i = 2; i <= 30; ++i) EXPECT_LE(errorAt(best), errorAt(3.0 / 64 * i / 20) * (1.0 + 1e-12)) << i;
}

TEST(WeightScales, EdgeWidths) {
  MatrixF weight(1, 2);
  weight << -2.0F, 1.0F;
  EXPECT_EQ(weightScales(weight, weightCodeRange(1, WeightRange::full), WeightScaleRule::absmax).front(), 2.0);
  EXPECT_EQ(weightScales(weight, weightCodeRange(2, WeightRange::narrow), WeightScaleRule::absmax).front(), 2.0);
  EXPECT_EQ(weightScales(weight, weightCodeRange(16, WeightRange::narrow), WeightScaleRule::absmax).front(),
            2.0 / 32767);
  EXPECT_EQ(weightScales(weight, weightCodeRange(16, WeightRange::full), WeightScaleRule::absmax).front(), 2.0 / 32768);
}

}  // namespace
}  // namespace axescope
