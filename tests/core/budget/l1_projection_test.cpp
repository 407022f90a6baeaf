// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/budget/l1_projection.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace axescope {
namespace {

double shrunkNorm(const std::vector<double>& values, double lambda) {
  double sum = 0.0;
  for (const double v : values) sum += std::abs(shrink(v, lambda));
  return sum;
}

double thresholdByBisection(const std::vector<double>& values, double radius) {
  if (shrunkNorm(values, 0.0) <= radius) return 0.0;
  double low = 0.0;
  double high = 0.0;
  for (const double v : values) high = std::max(high, std::abs(v));
  for (int i = 0; i < 200; ++i) {
    const double middle = 0.5 * (low + high);
    (shrunkNorm(values, middle) > radius ? low : high) = middle;
  }
  return high;
}

TEST(SoftThreshold, MatchesBisection) {
  std::mt19937 generator(13);
  std::normal_distribution<double> normal(0.0, 3.0);
  for (const std::size_t count : {1U, 2U, 5U, 64U, 500U}) {
    for (int round = 0; round < 20; ++round) {
      std::vector<double> values(count);
      std::generate(values.begin(), values.end(), [&] { return normal(generator); });
      const double norm = shrunkNorm(values, 0.0);
      for (const double share : {1e-6, 0.01, 0.3, 0.9, 0.999, 1.0, 2.0}) {
        const double radius = share * norm;
        const double lambda = softThreshold(values, radius);
        EXPECT_NEAR(lambda, thresholdByBisection(values, radius), 1e-9);
        EXPECT_NEAR(shrunkNorm(values, lambda), std::min(norm, radius), 1e-9 * norm);
      }
    }
  }
}

// 0.2 is above the threshold that takes it into account and below the one without it, by a rounding error.
TEST(SoftThreshold, EndsWhereRoundingPicksUpWhatItDropped) {
  EXPECT_NEAR(softThreshold(std::vector{2.0, 0.2}, 1.8), 0.2, 1e-15);
  std::mt19937 generator(17);
  for (int round = 0; round < 2000; ++round) {
    std::vector<double> values(1 + generator() % 40);
    for (double& value : values) value = 0.1 * static_cast<double>(generator() % 32);
    const double norm = shrunkNorm(values, 0.0);
    for (const double lambda : {0.1, 0.2, 0.7, 1.3}) {
      const double radius = shrunkNorm(values, lambda);
      EXPECT_NEAR(shrunkNorm(values, softThreshold(values, radius)), std::min(norm, radius), 1e-12 * (1.0 + norm));
    }
  }
}

TEST(SoftThreshold, ValuesInsideTheBallStay) {
  EXPECT_EQ(softThreshold(std::vector{1.0, -2.0, 0.5}, 3.5), 0.0);
  EXPECT_EQ(softThreshold(std::vector{0.0, 0.0}, 1.0), 0.0);
  EXPECT_EQ(softThreshold({}, 1.0), 0.0);
}

TEST(SoftThreshold, EqualMagnitudesShareTheLoss) {
  EXPECT_DOUBLE_EQ(softThreshold(std::vector{3.0, -3.0, 3.0, -3.0}, 4.0), 2.0);
}

TEST(SoftThreshold, NoRadiusRemovesEverything) {
  const std::vector<double> values{1.0, -4.0, 2.0};
  for (const double radius : {0.0, -1.0}) {
    EXPECT_EQ(softThreshold(values, radius), 4.0);
    EXPECT_EQ(shrunkNorm(values, softThreshold(values, radius)), 0.0);
  }
}

TEST(SoftThreshold, ARadiusLostBesideTheLargestValueRemovesEverything) {
  const std::vector<double> values{3.0, -1e19, 2e18};
  for (const double radius : {1e-300, 1.0, 500.0}) {  // neighbours of 1e19 are 2048 apart
    EXPECT_EQ(softThreshold(values, radius), 1e19);
    EXPECT_EQ(shrunkNorm(values, softThreshold(values, radius)), 0.0);
  }
  EXPECT_LE(shrunkNorm(values, softThreshold(values, 5000.0)), 5000.0 + 2048.0);
}

TEST(Shrink, MovesTowardZeroAndStopsThere) {
  EXPECT_EQ(shrink(5.0, 2.0), 3.0);
  EXPECT_EQ(shrink(-5.0, 2.0), -3.0);
  EXPECT_EQ(shrink(1.0, 2.0), 0.0);
  EXPECT_EQ(shrink(-1.0, 2.0), 0.0);
}

}  // namespace
}  // namespace axescope
