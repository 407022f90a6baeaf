// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/columns.h"

#include <numeric>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace axescope {
namespace {

struct ColumnsCase {
  ConvGeometry conv;
  std::int64_t inputs, height, width;
};

// kernelHeight, kernelWidth, strideY, strideX, dilationY, dilationX, top, bottom, left, right, groups
const ColumnsCase cases[] = {
    {{1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1}, 3, 4, 5}, {{1, 1, 2, 2, 1, 1, 0, 0, 0, 0, 1}, 3, 5, 5},
    {{3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 2, 6, 7}, {{3, 3, 2, 2, 1, 1, 1, 1, 1, 1, 1}, 2, 7, 8},
    {{3, 3, 1, 1, 2, 2, 2, 2, 2, 2, 1}, 2, 6, 7}, {{3, 3, 2, 1, 1, 1, 0, 1, 2, 0, 2}, 4, 6, 7},
    {{5, 5, 1, 2, 1, 1, 2, 2, 2, 2, 1}, 1, 6, 7}, {{7, 7, 2, 2, 1, 1, 3, 3, 3, 3, 1}, 3, 9, 9},
    {{2, 4, 3, 3, 1, 1, 1, 0, 3, 1, 1}, 2, 6, 7}, {{3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 6}, 6, 5, 5},
    {{3, 3, 1, 1, 1, 1, 4, 4, 5, 4, 1}, 1, 2, 1}, {{1, 3, 1, 4, 1, 1, 0, 0, 2, 2, 1}, 1, 1, 3},
    {{3, 1, 1, 1, 1, 3, 1, 1, 0, 0, 1}, 2, 4, 4}, {{3, 5, 1, 1, 1, 1, 0, 0, 0, 0, 1}, 1, 3, 5},
};

template <class T>
class ColumnsOf : public testing::Test {};
using Elements = testing::Types<float, std::uint8_t, std::int8_t, std::int16_t>;
TYPED_TEST_SUITE(ColumnsOf, Elements);

TYPED_TEST(ColumnsOf, EveryPartOfThePositionsEqualsTheDefinition) {
  constexpr TypeParam padding{77};
  constexpr TypeParam untouched{99};
  for (const ColumnsCase& c : cases) {
    const Columns<TypeParam> columns{
        .conv = c.conv, .inputs = c.inputs, .height = c.height, .width = c.width, .padding = padding};
    std::vector<TypeParam> image(static_cast<std::size_t>(c.inputs * c.height * c.width));
    for (std::size_t i = 0; i < image.size(); ++i) image[i] = static_cast<TypeParam>(i * 7 % 71);
    const std::int64_t outputWidth = c.conv.outputWidth(c.width);
    const std::int64_t stride = columns.k() + 3;
    for (std::int64_t group = 0; group < c.conv.groups; ++group) {
      for (const std::int64_t first : {std::int64_t{0}, columns.positions() / 3}) {
        for (const std::int64_t count : {columns.positions() - first, (columns.positions() - first + 1) / 2}) {
          std::vector<TypeParam> output(static_cast<std::size_t>(count * stride), untouched);
          columns.fill(image.data(), group, first, count, output.data(), stride);
          for (std::int64_t row = 0; row < count; ++row) {
            for (std::int64_t column = 0; column < stride; ++column) {
              TypeParam expected = untouched;
              if (column < columns.k()) {
                const std::int64_t x = column % c.conv.kernelWidth;
                const std::int64_t y = column / c.conv.kernelWidth % c.conv.kernelHeight;
                const std::int64_t channel =
                    group * columns.channels() + column / (c.conv.kernelWidth * c.conv.kernelHeight);
                const std::int64_t iy =
                    (first + row) / outputWidth * c.conv.strideY + y * c.conv.dilationY - c.conv.padTop;
                const std::int64_t ix =
                    (first + row) % outputWidth * c.conv.strideX + x * c.conv.dilationX - c.conv.padLeft;
                const bool inside = iy >= 0 && iy < c.height && ix >= 0 && ix < c.width;
                expected = inside ? image[static_cast<std::size_t>((channel * c.height + iy) * c.width + ix)] : padding;
              }
              ASSERT_EQ(output[static_cast<std::size_t>(row * stride + column)], expected)
                  << "case " << &c - cases << " group " << group << " position " << first + row << " column " << column;
            }
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace axescope
