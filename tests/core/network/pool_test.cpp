// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

using testing::ElementsAre;

struct PoolCase {
  std::int64_t height, width, kernelY, kernelX, strideY, strideX;
  std::int64_t top, bottom, left, right;
  bool ceilMode, countPadding;

  std::string attributes() const {
    return fmt::format(
        R"({{"kernel":[{},{}],"stride":[{},{}],"padding":[{},{},{},{}],"ceil_mode":{},"count_include_pad":{}}})",
        kernelY, kernelX, strideY, strideX, top, bottom, left, right, ceilMode, countPadding);
  }
};

// Slow and obvious: lists where windows may start, then visits every cell of the padded plane.
std::int64_t windowCount(std::int64_t size, std::int64_t kernel, std::int64_t stride, std::int64_t before,
                         std::int64_t after, bool ceilMode) {
  std::int64_t count = 0;
  for (std::int64_t start = 0; start < size + before + after; start += stride) {
    const bool complete = start + kernel <= size + before + after;
    // With ceil_mode one incomplete window may follow the last complete one.
    const bool overhangs = start - stride + kernel < size + before + after && start < size + before;
    if (complete || (ceilMode && overhangs)) ++count;
  }
  return count;
}

Tensor naivePool(const Tensor& x, const PoolCase& p, bool maximum) {
  const std::int64_t outHeight = windowCount(p.height, p.kernelY, p.strideY, p.top, p.bottom, p.ceilMode);
  const std::int64_t outWidth = windowCount(p.width, p.kernelX, p.strideX, p.left, p.right, p.ceilMode);
  Tensor out{{x.shape[0], x.shape[1], outHeight, outWidth}, {}};
  for (std::int64_t plane = 0; plane < x.shape[0] * x.shape[1]; ++plane) {
    for (std::int64_t oy = 0; oy < outHeight; ++oy) {
      for (std::int64_t ox = 0; ox < outWidth; ++ox) {
        double sum = 0.0;
        double largest = -std::numeric_limits<double>::infinity();
        int inside = 0;
        int padded = 0;
        for (std::int64_t ky = 0; ky < p.kernelY; ++ky) {
          for (std::int64_t kx = 0; kx < p.kernelX; ++kx) {
            const std::int64_t y = oy * p.strideY + ky - p.top;
            const std::int64_t column = ox * p.strideX + kx - p.left;
            if (y >= p.height + p.bottom || column >= p.width + p.right) continue;
            ++padded;
            if (y < 0 || y >= p.height || column < 0 || column >= p.width) continue;
            ++inside;
            const auto value =
                static_cast<double>(x.data[static_cast<std::size_t>((plane * p.height + y) * p.width + column)]);
            sum += value;
            largest = std::max(largest, value);
          }
        }
        out.data.push_back(static_cast<float>(maximum ? largest : sum / (p.countPadding ? padded : inside)));
      }
    }
  }
  return out;
}

class Pool : public testing::TestWithParam<PoolCase> {};

TEST_P(Pool, EqualsTheNaiveLoops) {
  const PoolCase& p = GetParam();
  const Tensor x = randomTensor({2, 3, p.height, p.width}, 5);
  for (const bool maximum : {true, false}) {
    const auto y = runOperation(maximum ? "max_pool2d" : "avg_pool2d", x, p.attributes());
    ASSERT_TRUE(y) << y.error().line();
    const Tensor expected = naivePool(x, p, maximum);
    ASSERT_EQ(y->shape, expected.shape);
    for (std::size_t i = 0; i < expected.data.size(); ++i) EXPECT_FLOAT_EQ(y->data[i], expected.data[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Pool,
                         testing::Values(PoolCase{4, 4, 2, 2, 2, 2, 0, 0, 0, 0, false, true},
                                         PoolCase{7, 9, 3, 3, 2, 2, 1, 1, 1, 1, false, true},
                                         PoolCase{7, 9, 3, 3, 2, 2, 1, 1, 1, 1, false, false},
                                         PoolCase{8, 8, 3, 3, 2, 2, 0, 0, 0, 0, true, true},
                                         PoolCase{8, 8, 3, 3, 2, 2, 1, 1, 1, 1, true, true},
                                         PoolCase{8, 8, 3, 3, 2, 2, 1, 1, 1, 1, true, false},
                                         PoolCase{5, 6, 2, 3, 3, 1, 0, 1, 2, 0, false, false},
                                         PoolCase{5, 6, 2, 3, 3, 1, 0, 1, 2, 0, true, true},
                                         PoolCase{4, 4, 2, 2, 3, 3, 1, 1, 1, 1, true, true},
                                         PoolCase{3, 3, 1, 1, 5, 5, 0, 0, 0, 0, true, true},
                                         PoolCase{2, 2, 4, 4, 1, 1, 1, 1, 1, 1, false, false}));

// By hand. The last window holds one value and reaches one cell of padding each way, the cell beyond is nobody’s.
TEST(Pool, CeilModeDividesByTheCellsInsideThePaddedImage) {
  const auto y = runOperation("avg_pool2d", countingTensor({1, 1, 4, 4}),
                              R"({"kernel":3,"stride":2,"padding":1,"ceil_mode":true})");
  ASSERT_THAT(y->shape, ElementsAre(1, 1, 3, 3));
  EXPECT_FLOAT_EQ(y->data[0], 10.0F / 9.0F);
  EXPECT_FLOAT_EQ(y->data[4], 10.0F);
  EXPECT_FLOAT_EQ(y->data[8], 15.0F / 4.0F);
}

TEST(Pool, StrideDefaultsToTheKernelAndPaddingToNone) {
  const auto y = runOperation("max_pool2d", countingTensor({1, 1, 4, 6}), R"({"kernel":[2,3]})");
  EXPECT_THAT(y->data, ElementsAre(8, 11, 20, 23));
}

TEST(Pool, MaximumKeepsNan) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  for (const Tensor& x : {Tensor{{1, 1, 1, 3}, {nan, 1, 2}}, Tensor{{1, 1, 1, 3}, {1, nan, 2}}}) {
    EXPECT_TRUE(std::isnan(runOperation("max_pool2d", x, R"({"kernel":[1,3]})")->data[0]));
  }
}

TEST(GlobalAverage, KeepsItsAxesUnlessToldOtherwise) {
  const Tensor x = countingTensor({2, 2, 2, 3});
  const auto kept = runOperation("global_avg_pool2d", x);
  EXPECT_THAT(kept->shape, ElementsAre(2, 2, 1, 1));
  EXPECT_THAT(kept->data, ElementsAre(2.5F, 8.5F, 14.5F, 20.5F));
  const auto dropped = runOperation("global_avg_pool2d", x, R"({"keepdims":false})");
  EXPECT_THAT(dropped->shape, ElementsAre(2, 2));
  EXPECT_EQ(dropped->data, kept->data);
}

}  // namespace
}  // namespace axescope
