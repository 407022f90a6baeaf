// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linalg/hadamard.h"

#include <bit>
#include <cmath>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace axescope {
namespace {

TEST(Hadamard, BlockIsTheLargestPowerOfTwoThatDivides) {
  for (const auto& [size, block] : {std::pair<std::int64_t, std::int64_t>{1, 1}, {7, 1}, {12, 4}, {64, 64}, {96, 32}}) {
    EXPECT_EQ(hadamardBlock(size), block) << size;
  }
}

// H(i, j) = (−1)^popcount(i & j) / √n, entry by entry.
TEST(Hadamard, IsTheProductWithSylvestersMatrix) {
  std::mt19937 random(1);
  std::uniform_real_distribution<float> value(-2.0F, 2.0F);
  for (const unsigned block : {1U, 2U, 4U, 32U, 256U}) {
    std::vector<float> values(3 * block);
    for (float& v : values) v = value(random);
    std::vector<float> rotated = values;
    rotateByHadamard(rotated, block);
    for (unsigned i = 0; i < values.size(); ++i) {
      double expected = 0.0;
      for (unsigned j = 0; j < block; ++j) {
        const double sign = std::popcount(i % block & j) % 2 == 0 ? 1.0 : -1.0;
        expected += sign * static_cast<double>(values[i / block * block + j]);
      }
      EXPECT_NEAR(static_cast<double>(rotated[i]), expected / std::sqrt(block), 1e-5) << block << " at " << i;
    }
    rotateByHadamard(rotated, block);
    for (unsigned i = 0; i < values.size(); ++i) EXPECT_NEAR(rotated[i], values[i], 1e-5F);
  }
}

}  // namespace
}  // namespace axescope
