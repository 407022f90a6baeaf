// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/dot_product_rows.h"

#include <numeric>

#include <gtest/gtest.h>

#include "core/network/code_product.h"

namespace axescope {
namespace {

// The rows times the weights must be what the convolution leaves in its accumulators.
TEST(DotProductRows, AreWhatTheConvolutionMultiplies) {
  LayerInfo info;
  info.name = "conv";
  info.kind = LayerKind::conv2d;
  info.channels = 4;
  info.inputs = 4;
  info.conv = {.kernelHeight = 3, .kernelWidth = 2, .strideY = 2, .padTop = 1, .padLeft = 1, .groups = 2};
  const ActivationQuantizer input{.scale = 1.0, .zeroPoint = 3, .bits = 8};
  const Shape shape{2, 4, 5, 6};
  std::vector<std::int16_t> codes(2 * 4 * 5 * 6);
  std::iota(codes.begin(), codes.end(), std::int16_t{0});
  for (std::int16_t& code : codes) code = static_cast<std::int16_t>(code * 37 % 256);
  CodeMatrix weights(4, info.k());
  for (std::int64_t i = 0; i < weights.size(); ++i) weights.data()[i] = static_cast<std::int16_t>(i * 5 % 15 - 7);

  const auto product =
      multiplyCodes(info, weights, {}, input, shape, codes, {.innerBits = 32, .outerBits = 32}, {}, {});
  ASSERT_TRUE(product.has_value());
  const std::int64_t positions = product->shape[2] * product->shape[3];
  for (std::int64_t group = 0; group < 2; ++group) {
    const CodeMatrix rows = dotProductRows(info, input, shape, codes, group, 1000);
    ASSERT_EQ(rows.rows(), 2 * positions);
    for (std::int64_t row = 0; row < rows.rows(); ++row) {
      for (std::int64_t channel = 2 * group; channel < 2 * group + 2; ++channel) {
        std::int64_t sum = 0;
        for (std::int64_t k = 0; k < info.k(); ++k) sum += std::int64_t{weights(channel, k)} * rows(row, k);
        const std::int64_t at = (row / positions * 4 + channel) * positions + row % positions;
        EXPECT_EQ(sum, product->accumulators[static_cast<std::size_t>(at)]);
      }
    }
  }
}

TEST(DotProductRows, AreSpreadEvenlyWhenThereAreTooMany) {
  LayerInfo info;
  info.channels = 1;
  info.inputs = 2;
  const std::vector<std::int16_t> codes{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const CodeMatrix rows = dotProductRows(info, {}, {6, 2}, codes, 0, 3);
  ASSERT_EQ(rows.rows(), 3);
  EXPECT_EQ(rows(0, 0), 0);
  EXPECT_EQ(rows(1, 0), 4);
  EXPECT_EQ(rows(2, 1), 9);
}

}  // namespace
}  // namespace axescope
