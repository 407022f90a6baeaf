// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/axis_order.h"

#include <functional>
#include <numeric>

#include <gtest/gtest.h>

#include "tests/core/hdf5/crafted_file.h"

namespace axescope {
namespace {

using testing::FailsWith;
using Shape = std::vector<std::int64_t>;

std::vector<float> counting(const Shape& shape) {
  std::vector<float> values(
      static_cast<std::size_t>(std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>())));
  std::iota(values.begin(), values.end(), 0.0F);
  return values;
}

TEST(AxisOrder, LinearWeightsAreKeptOrTransposed) {
  const MatrixF kept = toChannelRows(counting({2, 3}), Shape{2, 3}, AxisOrder::oi);
  EXPECT_EQ(kept, (MatrixF(2, 3) << 0, 1, 2, 3, 4, 5).finished());
  const MatrixF transposed = toChannelRows(counting({3, 2}), Shape{3, 2}, AxisOrder::io);
  EXPECT_EQ(transposed, (MatrixF(2, 3) << 0, 2, 4, 1, 3, 5).finished());
}

TEST(AxisOrder, ConvolutionColumnsRunOverInputsThenRowsThenColumns) {
  const std::int64_t O = 4, I = 3, H = 2, W = 5;
  const Shape oihw{O, I, H, W};
  const Shape hwio{H, W, I, O};
  const MatrixF fromOihw = toChannelRows(counting(oihw), oihw, AxisOrder::oihw);
  const MatrixF fromHwio = toChannelRows(counting(hwio), hwio, AxisOrder::hwio);
  ASSERT_EQ(fromOihw.rows(), O);
  ASSERT_EQ(fromOihw.cols(), I * H * W);
  ASSERT_EQ(fromHwio.cols(), I * H * W);
  for (std::int64_t o = 0; o < O; ++o) {
    for (std::int64_t i = 0; i < I; ++i) {
      for (std::int64_t y = 0; y < H; ++y) {
        for (std::int64_t x = 0; x < W; ++x) {
          const std::int64_t column = (i * H + y) * W + x;
          EXPECT_EQ(fromOihw(o, column), static_cast<float>(((o * I + i) * H + y) * W + x));
          EXPECT_EQ(fromHwio(o, column), static_cast<float>(((y * W + x) * I + i) * O + o));
        }
      }
    }
  }
}

TEST(AxisOrder, DepthwiseChannelsRunOverTheOutputsOfEachInput) {
  const std::int64_t H = 2, W = 3, I = 4, M = 2;
  const Shape shape{H, W, I, M};
  const MatrixF matrix = toChannelRows(counting(shape), shape, AxisOrder::hwim);
  ASSERT_EQ(matrix.rows(), I * M);
  ASSERT_EQ(matrix.cols(), H * W);
  for (std::int64_t i = 0; i < I; ++i) {
    for (std::int64_t m = 0; m < M; ++m) {
      for (std::int64_t y = 0; y < H; ++y) {
        for (std::int64_t x = 0; x < W; ++x)
          EXPECT_EQ(matrix(i * M + m, y * W + x), static_cast<float>(((y * W + x) * I + i) * M + m));
      }
    }
  }
}

TEST(AxisOrder, SizesOfTheLayerFollowFromTheShape) {
  const auto conv = layerOfWeight(Shape{8, 3, 5, 7}, AxisOrder::oihw, 2, "f", "/w");
  ASSERT_TRUE(conv);
  EXPECT_EQ(conv->kind, LayerKind::conv2d);
  EXPECT_EQ(conv->channels, 8);
  EXPECT_EQ(conv->inputs, 6);
  EXPECT_EQ(conv->groups(), 2);
  EXPECT_EQ(conv->k(), 3 * 5 * 7);
  EXPECT_EQ(conv->weights(), 8 * 3 * 5 * 7);
  const auto depthwise = layerOfWeight(Shape{3, 3, 16, 2}, AxisOrder::hwim, 1, "f", "/w");
  ASSERT_TRUE(depthwise);
  EXPECT_EQ(depthwise->channels, 32);
  EXPECT_EQ(depthwise->inputs, 16);
  EXPECT_EQ(depthwise->groups(), 16);
  EXPECT_EQ(depthwise->k(), 9);
  const auto linear = layerOfWeight(Shape{10, 64}, AxisOrder::io, 1, "f", "/w");
  ASSERT_TRUE(linear);
  EXPECT_EQ(linear->kind, LayerKind::linear);
  EXPECT_EQ(linear->channels, 64);
  EXPECT_EQ(linear->k(), 10);
}

TEST(AxisOrder, RankEmptinessAndGroupsAreChecked) {
  EXPECT_THAT(layerOfWeight(Shape{8, 3}, AxisOrder::oihw, 1, "f", "/w"),
              FailsWith(ErrorCode::wrongShape, "4 axes (OIHW)"));
  EXPECT_THAT(layerOfWeight(Shape{8, 0}, AxisOrder::oi, 1, "f", "/w"), FailsWith(ErrorCode::empty, "[8, 0]"));
  EXPECT_THAT(layerOfWeight(Shape{8, 3, 1, 1}, AxisOrder::oihw, 3, "f", "/w"),
              FailsWith(ErrorCode::wrongShape, "groups that divide 8"));
  EXPECT_THAT(layerOfWeight(Shape{8, 3, 1, 1}, AxisOrder::oihw, 0, "f", "/w"),
              FailsWith(ErrorCode::wrongShape, "0 groups"));
}

TEST(AxisOrder, UsersNameFourOrders) {
  for (const AxisOrder order : {AxisOrder::oi, AxisOrder::io, AxisOrder::oihw, AxisOrder::hwio})
    EXPECT_EQ(axisOrder(name(order)), order);
  EXPECT_EQ(axisOrder("HWIM"), std::nullopt);
  EXPECT_EQ(axisOrder("oi"), std::nullopt);
  EXPECT_EQ(axisOrder(""), std::nullopt);
}

}  // namespace
}  // namespace axescope
