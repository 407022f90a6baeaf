// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linalg/feature_order.h"

#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace axescope {
namespace {

using Order = std::vector<std::int64_t>;

TEST(FeatureOrder, IsAPermutationWhenEachFeatureIsNamedOnce) {
  EXPECT_TRUE(isPermutation(Order{2, 0, 1}));
  EXPECT_TRUE(isPermutation(Order{}));
  EXPECT_FALSE(isPermutation(Order{0, 0, 1}));
  EXPECT_FALSE(isPermutation(Order{0, 1, 3}));
  EXPECT_FALSE(isPermutation(Order{-1, 0, 1}));
}

TEST(FeatureOrder, MovesRunsWithinEachRow) {
  const std::array<float, 12> from{0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15};
  std::array<float, 12> to{};
  reorderFeatures(from, Order{2, 0, 1}, 2, to);
  EXPECT_EQ(to, (std::array<float, 12>{4, 5, 0, 1, 2, 3, 14, 15, 10, 11, 12, 13}));
  reorderFeatures(from, Order{1, 0}, 1, to);
  EXPECT_EQ(to, (std::array<float, 12>{1, 0, 3, 2, 5, 4, 11, 10, 13, 12, 15, 14}));
}

}  // namespace
}  // namespace axescope
