// SPDX-License-Identifier: GPL-3.0-or-later
// Scales that there are, against a search over all of them.
#include "core/number/scale_grid.h"

#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "core/number/activation_quantizer.h"

namespace axescope {
namespace {

double nearestOf(const std::vector<double>& all, double scale) {
  double best = all.front();
  for (const double one : all) {
    if (std::abs(one - scale) < std::abs(best - scale)) best = one;
  }
  return best;
}

std::vector<double> randomScales(unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_real_distribution<double> exponent(-9.0, 3.0);
  std::vector<double> scales(500);
  for (double& scale : scales) scale = std::exp2(exponent(random));
  return scales;
}

TEST(ScaleGrid, FixedPointIsTheNearestIntegerTimesAPowerOfTwo) {
  for (const int bits : {2, 3, 5, 8}) {
    std::vector<double> all;
    for (int shift = -8; shift <= 24; ++shift) {
      for (int u = 1; u < 1 << bits; ++u) all.push_back(std::ldexp(u, -shift));
    }
    const ScaleGrid grid{.rule = ScaleQuantization::fixedPoint, .bits = bits};
    for (const double scale : randomScales(7)) {
      EXPECT_DOUBLE_EQ(grid.nearest(scale), nearestOf(all, scale)) << bits << " " << scale;
    }
  }
}

TEST(ScaleGrid, SharedIsTheNearestMultipleOfTheUnitAndNeverZero) {
  const ScaleGrid grid{.rule = ScaleQuantization::shared, .bits = 4, .unit = 0.03};
  std::vector<double> all;
  for (int u = 1; u <= 15; ++u) all.push_back(0.03 * u);
  for (const double scale : randomScales(8)) EXPECT_DOUBLE_EQ(grid.nearest(scale), nearestOf(all, scale)) << scale;
  EXPECT_DOUBLE_EQ(grid.nearest(1e-9), 0.03);
  EXPECT_DOUBLE_EQ(grid.nearest(1e9), 0.45);
}

TEST(ScaleGrid, PowersOfTwoAreTheNearestAndTheNextAbove) {
  std::vector<double> all;
  for (int n = -12; n <= 6; ++n) all.push_back(std::exp2(n));
  const ScaleGrid grid{.rule = ScaleQuantization::powerOfTwo};
  for (const double scale : randomScales(9)) {
    EXPECT_EQ(grid.nearest(scale), nearestOf(all, scale));
    const double above = powerOfTwoAbove(scale);
    EXPECT_TRUE(above >= scale && above < 2.0 * scale) << scale;
  }
  for (const double exact : all) {
    EXPECT_EQ(grid.nearest(exact), exact);
    EXPECT_EQ(powerOfTwoAbove(exact), exact);
  }
}

TEST(ScaleGrid, WhatItGivesItLeavesAlone) {
  for (const ScaleQuantization rule : {ScaleQuantization::off, ScaleQuantization::fixedPoint, ScaleQuantization::shared,
                                       ScaleQuantization::powerOfTwo}) {
    const ScaleGrid grid{.rule = rule, .bits = 6, .unit = 0.011};
    for (const double scale : randomScales(10)) {
      const double once = grid.nearest(scale);
      EXPECT_EQ(grid.nearest(once), once);
    }
  }
}

TEST(FixedPoint, KeepsItsSignAndItsBitsAtTheEdgeOfAPowerOfTwo) {
  const FixedPoint up = FixedPoint::nearest(-0.999999, 4);  // rounds to −1, whose integer would need five bits
  EXPECT_EQ(up.integer, -8);
  EXPECT_EQ(up.shift, 3);
  EXPECT_EQ(FixedPoint::nearest(0.4, 31).integer, std::llround(0.4 * std::exp2(32)));
  EXPECT_NEAR(FixedPoint::nearest(1e-12, 31).value(), 1e-12, 1e-21);
}

TEST(ScaleGrid, ActivationsWithAPowerOfTwoForAScaleCoverTheirRange) {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> end(0.1, 7.0);
  for (int round = 0; round < 200; ++round) {
    for (const ActivationEncoding encoding :
         {ActivationEncoding::asymmetric, ActivationEncoding::centred, ActivationEncoding::signedSymmetric,
          ActivationEncoding::unsignedSymmetric}) {
      const double low = round % 3 == 0 ? 0.0 : -end(random);
      const ActivationQuantizer plain = activationQuantizer(low, end(random), 8, encoding);
      const ActivationQuantizer coarse = withPowerOfTwoScale(plain);
      EXPECT_EQ(coarse.scale, powerOfTwoAbove(plain.scale));
      EXPECT_TRUE(coarse.zeroPoint >= coarse.range().low && coarse.zeroPoint <= coarse.range().high);
      const double half = 0.5 * coarse.scale;
      for (const std::int64_t code : {plain.range().low, plain.zeroPoint, plain.range().high}) {
        const float value = plain.dequantize(code);
        EXPECT_NEAR(coarse.dequantize(coarse.quantize(value)), value, 2.0 * half) << round;
      }
    }
  }
}

}  // namespace
}  // namespace axescope
