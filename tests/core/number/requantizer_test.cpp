// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/requantizer.h"

#include <array>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace axescope {
namespace {

TEST(Multiplier, IsTheFactorToItsBits) {
  std::mt19937 random(1);
  std::uniform_real_distribution<double> exponent(-20.0, 6.0);
  for (const int bits : {2, 8, 16, 31}) {
    for (int round = 0; round < 200; ++round) {
      const double factor = (round % 2 == 0 ? 1.0 : -1.0) * std::exp2(exponent(random));
      const Multiplier m = Multiplier::nearest(factor, bits, 1 << 20);
      EXPECT_LT(std::abs(m.multiplier), std::int64_t{1} << std::max(bits, 7)) << factor;
      EXPECT_NEAR(std::ldexp(static_cast<double>(m.multiplier), -m.shift), factor,
                  std::abs(factor) * std::exp2(-bits) * 1.0001);
    }
  }
  const Multiplier half = Multiplier::nearest(0.5, 31, 100);
  EXPECT_EQ(half.multiplier, 1);
  EXPECT_EQ(half.shift, 1);
}

TEST(Multiplier, LeavesRoomForTheProduct) {
  for (const double factor : {1e-12, 0.3, 1.0, 700.0, 1e9, 1e25}) {
    for (int width = 1; width <= 58; ++width) {
      const std::int64_t largest = (std::int64_t{1} << width) - 1;
      const Multiplier m = Multiplier::nearest(factor, 31, largest);
      EXPECT_TRUE(m.shift >= 0 && m.shift <= Multiplier::mostShift);
      EXPECT_LT(std::ldexp(static_cast<double>(m.multiplier), width), std::exp2(60.5)) << factor << " " << width;
    }
  }
}

TEST(Multiplier, AlignedOnesShareAShift) {
  const std::array factors{0.7, 0.01, -0.3};
  const auto aligned = alignedMultipliers(factors, 8, 1000);
  for (std::size_t i = 0; i < factors.size(); ++i) {
    EXPECT_EQ(aligned[i].shift, aligned[0].shift);
    EXPECT_NEAR(std::ldexp(static_cast<double>(aligned[i].multiplier), -aligned[i].shift), factors[i], std::exp2(-9));
  }
}

TEST(Requantizer, RoundsAHalfUpAndClips) {
  const ActivationQuantizer to{.scale = 1.0, .zeroPoint = 3, .bits = 4, .encoding = ActivationEncoding::asymmetric};
  const Requantizer half = Requantizer::make({1, 1}, 0, to);
  EXPECT_EQ(half(1), 4);   // ½ → 1
  EXPECT_EQ(half(-1), 3);  // −½ → 0
  EXPECT_EQ(half(-3), 2);  // −1½ → −1
  EXPECT_EQ(half(3), 5);   // 1½ → 2
  EXPECT_EQ(half(1000), 15);
  EXPECT_EQ(half(-1000), 0);
  const Requantizer moved = Requantizer::make({3, 2}, 10, to);
  EXPECT_EQ(moved(-2), 9);  // (−2 + 10)·¾ + 3
  EXPECT_EQ(moved.ofSmaller(5)(-7), moved(-2));
}

TEST(Requantizer, ConvertsCodesToThoseOfTheValuesTheyStandFor) {
  const ActivationQuantizer from = activationQuantizer(-3.0, 5.0, 16, ActivationEncoding::centred);
  const ActivationQuantizer to = activationQuantizer(-2.0, 4.0, 8, ActivationEncoding::asymmetric);
  const Requantizer convert = conversion(from, to, 31);
  for (std::int64_t code = -32768; code < 32768; code += 11) {
    const double steps = static_cast<double>(from.dequantize(code)) / to.scale;
    EXPECT_NEAR(convert(code), std::clamp(steps + static_cast<double>(to.zeroPoint), 0.0, 255.0), 0.5001);
  }
  const Requantizer same = conversion(to, to, 4);
  for (std::int64_t code = 0; code < 256; ++code) EXPECT_EQ(same(code), code);
}

}  // namespace
}  // namespace axescope
