// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/activation_quantizer.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace axescope {
namespace {

constexpr ActivationEncoding allEncodings[] = {ActivationEncoding::asymmetric, ActivationEncoding::centred,
                                               ActivationEncoding::signedSymmetric,
                                               ActivationEncoding::unsignedSymmetric};

int mostBits(ActivationEncoding encoding) {
  return hasSignedCodes(encoding) ? 16 : 15;
}

TEST(ActivationQuantizer, TiesGoToTheEvenCode) {
  const ActivationQuantizer unit{
      .scale = 2.0, .zeroPoint = 0, .bits = 8, .encoding = ActivationEncoding::signedSymmetric};
  EXPECT_EQ(unit.quantize(1.0F), 0);
  EXPECT_EQ(unit.quantize(3.0F), 2);
  EXPECT_EQ(unit.quantize(5.0F), 2);
  EXPECT_EQ(unit.quantize(-1.0F), 0);
  EXPECT_EQ(unit.quantize(-3.0F), -2);
}

TEST(ActivationQuantizer, TiesAreDecidedBeforeTheZeroPointIsAdded) {
  const ActivationQuantizer odd{.scale = 1.0, .zeroPoint = 3, .bits = 8, .encoding = ActivationEncoding::asymmetric};
  EXPECT_EQ(odd.quantize(0.5F), 3);
  EXPECT_EQ(odd.quantize(1.5F), 5);
}

TEST(ActivationQuantizer, AsymmetricScaleAndZeroPoint) {
  const ActivationQuantizer q = activationQuantizer(-1.0, 3.0, 8, ActivationEncoding::asymmetric);
  EXPECT_EQ(q.scale, 4.0 / 255.0);
  EXPECT_EQ(q.zeroPoint, 64);  // 63.75
  EXPECT_EQ(q.range(), (IntegerRange{0, 255}));
  EXPECT_EQ(q.quantize(100.0F), 255);
  EXPECT_EQ(q.quantize(-100.0F), 0);
}

TEST(ActivationQuantizer, CentredIsAsymmetricMovedByHalfTheCodes) {
  std::mt19937 generator(3);
  std::uniform_real_distribution<float> uniform(-2.0F, 5.0F);
  for (int bits = 1; bits <= 15; ++bits) {
    const ActivationQuantizer a = activationQuantizer(-1.5, 4.0, bits, ActivationEncoding::asymmetric);
    const ActivationQuantizer c = activationQuantizer(-1.5, 4.0, bits, ActivationEncoding::centred);
    const std::int64_t half = std::int64_t{1} << (bits - 1);
    EXPECT_EQ(c.scale, a.scale);
    EXPECT_EQ(c.zeroPoint, a.zeroPoint - half);
    for (int i = 0; i < 200; ++i) {
      const float value = uniform(generator);
      EXPECT_EQ(c.quantize(value), a.quantize(value) - half);
      EXPECT_EQ(c.dequantize(c.quantize(value)), a.dequantize(a.quantize(value)));
    }
  }
}

TEST(ActivationQuantizer, SymmetricEncodingsHaveZeroPointZero) {
  const ActivationQuantizer s = activationQuantizer(-3.0, 1.0, 8, ActivationEncoding::signedSymmetric);
  EXPECT_EQ(s.scale, 3.0 / 127.0);
  EXPECT_EQ(s.zeroPoint, 0);
  EXPECT_EQ(s.quantize(-3.0F), -127);
  EXPECT_EQ(s.quantize(-100.0F), -128);
  const ActivationQuantizer u = activationQuantizer(-3.0, 1.0, 8, ActivationEncoding::unsignedSymmetric);
  EXPECT_EQ(u.scale, 1.0 / 255.0);
  EXPECT_EQ(u.zeroPoint, 0);
  EXPECT_EQ(u.quantize(-0.5F), 0);
}

TEST(ActivationQuantizer, RangeThatExcludesZeroIsWidenedToIt) {
  const ActivationQuantizer above = activationQuantizer(2.0, 5.1, 8, ActivationEncoding::asymmetric);
  EXPECT_EQ(above.scale, 5.1 / 255.0);
  EXPECT_EQ(above.zeroPoint, 0);
  const ActivationQuantizer below = activationQuantizer(-5.1, -2.0, 8, ActivationEncoding::asymmetric);
  EXPECT_EQ(below.scale, 5.1 / 255.0);
  EXPECT_EQ(below.zeroPoint, 255);
}

TEST(ActivationQuantizer, ZeroIsExactInEveryEncodingSoThatPaddingIsFree) {
  std::mt19937 generator(5);
  std::uniform_real_distribution<double> uniform(-4.0, 4.0);
  for (const ActivationEncoding encoding : allEncodings) {
    for (int bits = encoding == ActivationEncoding::signedSymmetric ? 2 : 1; bits <= mostBits(encoding); ++bits) {
      for (int i = 0; i < 100; ++i) {
        const double a = uniform(generator);
        const double b = uniform(generator);
        const ActivationQuantizer q = activationQuantizer(std::min(a, b), std::max(a, b), bits, encoding);
        const IntegerRange range = q.range();
        ASSERT_GE(q.zeroPoint, range.low);
        ASSERT_LE(q.zeroPoint, range.high);
        ASSERT_EQ(q.quantize(0.0F), q.zeroPoint);
        ASSERT_EQ(q.dequantize(q.quantize(0.0F)), 0.0F);
      }
    }
  }
}

TEST(ActivationQuantizer, ConstantZeroTensorGetsScaleOne) {
  for (const ActivationEncoding encoding : allEncodings) {
    const ActivationQuantizer q = activationQuantizer(0.0, 0.0, 8, encoding);
    EXPECT_EQ(q.scale, 1.0);
    EXPECT_EQ(q.dequantize(q.quantize(0.0F)), 0.0F);
  }
  EXPECT_EQ(activationQuantizer(-2.0, -1.0, 8, ActivationEncoding::unsignedSymmetric).scale, 1.0);
}

TEST(ActivationQuantizer, SpanAndSingleValuesAgreeWithTheDefinition) {
  std::mt19937 generator(7);
  std::normal_distribution<float> normal(0.5F, 2.0F);
  for (const ActivationEncoding encoding : allEncodings) {
    for (const int bits : {2, 4, 8, mostBits(encoding)}) {
      const ActivationQuantizer q = activationQuantizer(-1.7, 3.3, bits, encoding);
      std::vector<float> values(1003);
      std::generate(values.begin(), values.end(), [&] { return normal(generator); });
      values[0] = FLT_MAX;
      values[1] = -FLT_MAX;
      values[2] = FLT_MIN;
      values[3] = static_cast<float>(q.scale * 0.5);
      values[4] = static_cast<float>(q.scale * 1.5);
      std::vector<std::int16_t> codes(values.size());
      q.quantize(values, codes);
      const IntegerRange range = q.range();
      for (std::size_t i = 0; i < values.size(); ++i) {
        const double unclipped =
            std::nearbyint(static_cast<double>(values[i]) / q.scale) + static_cast<double>(q.zeroPoint);
        const double clipped = std::clamp(unclipped, static_cast<double>(range.low), static_cast<double>(range.high));
        ASSERT_EQ(codes[i], clipped) << values[i];
        ASSERT_EQ(q.quantize(values[i]), codes[i]);
      }
    }
  }
}

// The quick way multiplies by a rounded reciprocal: values next to a tie are where it could go wrong.
TEST(ActivationQuantizer, ManyValuesNextToTiesAgreeWithSingleOnes) {
  for (const ActivationEncoding encoding : allEncodings) {
    for (const double high : {0.9, 3.3, 77.0, 1e-30, 1e30}) {
      const ActivationQuantizer q = activationQuantizer(-high / 3.0, high, 8, encoding);
      const float infinity = std::numeric_limits<float>::infinity();
      std::vector<float> values{infinity, -infinity, 0.0F, -0.0F};
      for (int step = -300; step <= 300; ++step) {
        const auto tie = static_cast<float>(q.scale * (step + 0.5));
        for (const float value : {tie, std::nextafter(tie, infinity), std::nextafter(tie, -infinity), tie * 1.0001F}) {
          values.push_back(value);
        }
      }
      std::vector<std::int16_t> wide(values.size());
      q.quantize(values, wide);
      std::vector<std::int8_t> signedBytes(values.size());
      std::vector<std::uint8_t> unsignedBytes(values.size());
      hasSignedCodes(encoding) ? q.quantize(values, std::span(signedBytes))
                               : q.quantize(values, std::span(unsignedBytes));
      for (std::size_t i = 0; i < values.size(); ++i) {
        const std::int16_t expected = q.quantize(values[i]);
        ASSERT_EQ(wide[i], expected) << values[i];
        ASSERT_EQ(hasSignedCodes(encoding) ? std::int16_t{signedBytes[i]} : std::int16_t{unsignedBytes[i]}, expected);
      }
    }
  }
}

TEST(ActivationQuantizer, CodesInRangeSurviveTheRoundTrip) {
  for (const ActivationEncoding encoding : allEncodings) {
    const ActivationQuantizer q = activationQuantizer(-0.7, 1.9, 8, encoding);
    for (std::int64_t code = q.range().low; code <= q.range().high; ++code) {
      EXPECT_EQ(q.quantize(q.dequantize(code)), code);
    }
  }
}

}  // namespace
}  // namespace axescope
