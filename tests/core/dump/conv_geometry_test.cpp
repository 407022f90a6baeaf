// SPDX-License-Identifier: GPL-3.0-or-later
#include <gtest/gtest.h>

#include "core/dump/dump.h"

namespace axescope {
namespace {

/// Positions of the kernel counted one by one.
std::int64_t countedPositions(std::int64_t size, std::int64_t before, std::int64_t after, std::int64_t kernel,
                              std::int64_t dilation, std::int64_t stride) {
  std::int64_t count = 0;
  for (std::int64_t at = 0; at + dilation * (kernel - 1) < size + before + after; at += stride) ++count;
  return count;
}

TEST(ConvGeometry, OutputSizeCountsTheKernelsPositions) {
  for (std::int64_t size = 1; size <= 9; ++size) {
    for (std::int64_t kernel = 1; kernel <= 4; ++kernel) {
      for (std::int64_t stride = 1; stride <= 3; ++stride) {
        for (std::int64_t dilation = 1; dilation <= 2; ++dilation) {
          for (std::int64_t pad = 0; pad <= 2; ++pad) {
            ConvGeometry conv;
            conv.kernelHeight = conv.kernelWidth = kernel;
            conv.strideY = conv.strideX = stride;
            conv.dilationY = conv.dilationX = dilation;
            conv.padTop = conv.padRight = pad;
            const std::int64_t expected = countedPositions(size, pad, 0, kernel, dilation, stride);
            EXPECT_EQ(conv.outputHeight(size), expected);
            EXPECT_EQ(conv.outputWidth(size), expected);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace axescope
