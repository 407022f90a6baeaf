// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/row_quantizer.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace axescope {
namespace {

TEST(RowQuantizer, EachRowIsCoveredByItsOwnMinimumAndMaximum) {
  std::mt19937 generator(3);
  std::normal_distribution<float> normal;
  constexpr std::int64_t k = 37;
  for (const ActivationEncoding encoding :
       {ActivationEncoding::asymmetric, ActivationEncoding::centred, ActivationEncoding::signedSymmetric,
        ActivationEncoding::unsignedSymmetric}) {
    for (const int bits : {2, 4, 8, 15}) {
      std::vector<float> values(20 * k);
      for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = normal(generator) * std::exp2(static_cast<float>(i / k) - 10.0F);  // rows of very different size
      }
      std::vector<std::int16_t> codes(values.size());
      const auto quantizers = quantizeRows<std::int16_t>(values, k, bits, encoding, codes);
      ASSERT_EQ(quantizers.size(), 20U);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const ActivationQuantizer& own = quantizers[i / k];
        ASSERT_EQ(codes[i], own.quantize(values[i]));
        ASSERT_GE(codes[i], activationRange(bits, encoding).low);
        ASSERT_LE(codes[i], activationRange(bits, encoding).high);
        ASSERT_EQ(own.dequantize(own.quantize(0.0F)), 0.0F);
        if (encoding == ActivationEncoding::unsignedSymmetric && values[i] < 0.0F) continue;
        // Nothing is clipped but by the rounding of the zero point.
        ASSERT_LE(std::abs(own.dequantize(codes[i]) - values[i]), 1.01 * own.scale);
      }
    }
  }
}

TEST(RowQuantizer, ARowOfZerosHasScaleOne) {
  const std::vector<float> row(5, 0.0F);
  EXPECT_EQ(rowQuantizer(row, 4, ActivationEncoding::asymmetric).scale, 1.0);
}

}  // namespace
}  // namespace axescope
