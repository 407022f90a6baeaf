// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

using testing::ElementsAre;

TEST(Hadamard, RotatesRunsOfFeaturesOfEachSample) {
  const auto y = runOperation("hadamard", Tensor{{2, 4}, {1, 3, 5, -5, 0, 2, 1, 1}}, R"({"block": 2})");
  ASSERT_TRUE(y) << y.error().line();
  const float r = std::sqrt(0.5F);
  EXPECT_EQ(y->shape, (Shape{2, 4}));
  EXPECT_THAT(y->data, testing::Pointwise(testing::FloatNear(1e-6F),
                                          std::vector<float>{4 * r, -2 * r, 0, 10 * r, 2 * r, -2 * r, 2 * r, 0}));
  const auto whole = runOperation("hadamard", Tensor{{1, 4}, {1, 3, 5, -5}}, R"({"block": 4})");
  EXPECT_THAT(whole->data, ElementsAre(2, 4, 2, -6));
}

TEST(Hadamard, RefusesBlocksThatAreNoPowerOfTwoOrDoNotDivide) {
  const Tensor x{{1, 6}, {1, 2, 3, 4, 5, 6}};
  for (const char* block : {"3", "0", "-2", "4", "4294967296"}) {
    const auto y = runOperation("hadamard", x, std::string(R"({"block": )") + block + "}");
    ASSERT_FALSE(y) << block;
    EXPECT_EQ(y.error().code, ErrorCode::wrongShape) << block;
  }
  EXPECT_EQ(runOperation("hadamard", x).error().code, ErrorCode::notFound);
}

}  // namespace
}  // namespace axescope
