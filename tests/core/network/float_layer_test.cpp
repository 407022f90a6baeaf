// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/float_layer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

using testing::ElementsAre;

Tensor naiveConvolution(const LayerInfo& info, const LayerTensors& tensors, const Tensor& x, std::int64_t outHeight,
                        std::int64_t outWidth) {
  const ConvGeometry& g = info.conv;
  const std::int64_t height = x.shape[2];
  const std::int64_t width = x.shape[3];
  const std::int64_t perGroup = info.inputs / g.groups;
  Tensor out{{x.shape[0], info.channels, outHeight, outWidth}, {}};
  for (std::int64_t n = 0; n < x.shape[0]; ++n) {
    for (std::int64_t o = 0; o < info.channels; ++o) {
      for (std::int64_t oy = 0; oy < outHeight; ++oy) {
        for (std::int64_t ox = 0; ox < outWidth; ++ox) {
          double sum = tensors.bias.empty() ? 0.0 : static_cast<double>(tensors.bias[static_cast<std::size_t>(o)]);
          for (std::int64_t c = 0; c < perGroup; ++c) {
            for (std::int64_t ky = 0; ky < g.kernelHeight; ++ky) {
              for (std::int64_t kx = 0; kx < g.kernelWidth; ++kx) {
                const std::int64_t y = oy * g.strideY + ky * g.dilationY - g.padTop;
                const std::int64_t column = ox * g.strideX + kx * g.dilationX - g.padLeft;
                if (y < 0 || y >= height || column < 0 || column >= width) continue;
                const std::int64_t channel = o / (info.channels / g.groups) * perGroup + c;
                const std::int64_t at = ((n * info.inputs + channel) * height + y) * width + column;
                sum += static_cast<double>(x.data[static_cast<std::size_t>(at)]) *
                       static_cast<double>(tensors.weight(o, (c * g.kernelHeight + ky) * g.kernelWidth + kx));
              }
            }
          }
          out.data.push_back(static_cast<float>(sum));
        }
      }
    }
  }
  return out;
}

struct ConvCase {
  const char* name;
  ConvGeometry conv;
  std::int64_t inputs, channels, height, width;
  std::int64_t outHeight, outWidth;
};

class Convolution : public testing::TestWithParam<ConvCase> {};

TEST_P(Convolution, EqualsTheNaiveLoops) {
  const ConvCase& c = GetParam();
  const LayerInfo info = convInfo("conv", c.inputs, c.channels, c.conv);
  const Tensor x = randomTensor({3, c.inputs, c.height, c.width}, 3);
  for (const bool withBias : {true, false}) {
    const LayerTensors tensors = randomLayer(info, 11, withBias);
    Tensor y;
    const Status status = runFloatLayer(info, tensors, x, y);
    ASSERT_TRUE(status) << status.error().line();
    const Tensor expected = naiveConvolution(info, tensors, x, c.outHeight, c.outWidth);
    ASSERT_EQ(y.shape, expected.shape);
    for (std::size_t i = 0; i < expected.data.size(); ++i) ASSERT_NEAR(y.data[i], expected.data[i], 2e-4F) << i;

    const SizedConvolution<float> direct(info, ZeroMargins::ofKernel);
    Tensor z;
    ASSERT_TRUE(runFloatLayer(info, tensors, x, z, &direct));
    ASSERT_EQ(z.shape, expected.shape);
    for (std::size_t i = 0; i < expected.data.size(); ++i) ASSERT_NEAR(z.data[i], expected.data[i], 2e-4F) << i;
  }
}

// kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, top, bottom, left, right, groups
INSTANTIATE_TEST_SUITE_P(
    Geometries, Convolution,
    testing::Values(ConvCase{"plain", {3, 3, 1, 1, 1, 1, 0, 0, 0, 0, 1}, 2, 4, 5, 6, 3, 4},
                    ConvCase{"padded", {3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 3, 5, 6, 7, 6, 7},
                    ConvCase{"strided", {3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1}, 3, 5, 7, 8, 4, 4},
                    ConvCase{"dilated", {3, 3, 1, 1, 2, 3, 2, 2, 3, 3, 1}, 2, 3, 7, 8, 7, 8},
                    ConvCase{"asymmetric", {2, 3, 2, 1, 1, 1, 0, 1, 2, 0, 1}, 2, 3, 6, 5, 3, 5},
                    ConvCase{"pointwise", {1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1}, 6, 4, 3, 5, 3, 5},
                    ConvCase{"pointwiseStrided", {1, 1, 2, 2, 1, 1, 0, 0, 0, 0, 1}, 6, 4, 5, 5, 3, 3},
                    ConvCase{"pointwiseGrouped", {1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 2}, 6, 4, 3, 5, 3, 5},
                    ConvCase{"grouped", {3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 2}, 4, 6, 5, 5, 5, 5},
                    ConvCase{"depthwise", {3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 4}, 4, 4, 6, 6, 3, 3},
                    ConvCase{"depthwiseMultiplied", {5, 5, 1, 1, 1, 1, 2, 2, 2, 2, 3}, 3, 6, 6, 6, 6, 6},
                    // K = 7·7·64 = 3136: the positions no longer fit one block of columns.
                    ConvCase{"severalBlocks", {7, 7, 1, 1, 1, 1, 3, 3, 3, 3, 1}, 64, 2, 9, 11, 9, 11}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(Linear, AppliesToTheLastAxisOfAnyRank) {
  const LayerInfo info = linearInfo("fc", 5, 3);
  const LayerTensors tensors = randomLayer(info, 1);
  const Tensor x = randomTensor({2, 4, 5}, 2);
  Tensor y;
  ASSERT_TRUE(runFloatLayer(info, tensors, x, y));
  ASSERT_THAT(y.shape, ElementsAre(2, 4, 3));
  for (std::size_t row = 0; row < 8; ++row) {
    for (std::size_t o = 0; o < 3; ++o) {
      double sum = static_cast<double>(tensors.bias[o]);
      for (std::size_t i = 0; i < 5; ++i) {
        sum += static_cast<double>(x.data[row * 5 + i]) *
               static_cast<double>(tensors.weight(static_cast<Eigen::Index>(o), static_cast<Eigen::Index>(i)));
      }
      EXPECT_NEAR(static_cast<double>(y.data[row * 3 + o]), sum, 1e-5);
    }
  }
}

TEST(Linear, TakesPooledImagesAsFeatures) {
  const LayerInfo info = linearInfo("fc", 5, 3);
  const LayerTensors tensors = randomLayer(info, 1);
  Tensor pooled = randomTensor({2, 5, 1, 1}, 2);
  Tensor y;
  ASSERT_TRUE(runFloatLayer(info, tensors, pooled, y));
  EXPECT_THAT(y.shape, ElementsAre(2, 3));
  pooled.shape = {2, 5};
  Tensor flat;
  ASSERT_TRUE(runFloatLayer(info, tensors, pooled, flat));
  EXPECT_EQ(y.data, flat.data);
}

TEST(LayerCheck, TensorsMustFitTheDescription) {
  const LayerInfo info = convInfo("c", 4, 6, {.kernelHeight = 3, .kernelWidth = 3, .groups = 2});
  const LayerTensors good = randomLayer(info, 1);
  EXPECT_TRUE(checkLayer(info) && checkLayer(info, good));

  LayerTensors shortBias = good;
  shortBias.bias.pop_back();
  EXPECT_EQ(checkLayer(info, shortBias).error().line(), "/layers/c: expected a bias of 6 values, found 5");
  LayerTensors narrow = good;
  narrow.weight.conservativeResize(6, 17);
  EXPECT_EQ(checkLayer(info, narrow).error().line(), "/layers/c: expected a weight of 6x18, found 6x17");

  LayerInfo wrong = info;
  wrong.conv.groups = 4;
  EXPECT_EQ(checkLayer(wrong).error().line(),
            "/layers/c: expected 4 groups that divide the channels, found 4 inputs and 6 outputs");
  for (const auto size : {&ConvGeometry::strideX, &ConvGeometry::strideY, &ConvGeometry::dilationX,
                          &ConvGeometry::kernelHeight, &ConvGeometry::groups}) {
    for (const std::int64_t value : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1} << 62}) {
      wrong = info;
      wrong.conv.*size = value;
      EXPECT_EQ(checkLayer(wrong).error().code, ErrorCode::wrongShape);
    }
  }
}

}  // namespace
}  // namespace axescope
