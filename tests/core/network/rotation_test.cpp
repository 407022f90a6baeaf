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

TEST(Reorder, MovesFeaturesOrChannelsOfEachSample) {
  const Tensor x{{2, 3}, {1, 2, 3, 4, 5, 6}};
  EXPECT_THAT(runOperation("reorder", x, R"({"order": [2, 0, 1]})")->data, ElementsAre(3, 1, 2, 6, 4, 5));
  const Tensor images{{1, 2, 1, 3}, {1, 2, 3, 4, 5, 6}};
  const auto channels = runOperation("reorder", images, R"({"order": [1, 0], "axis": 1})");
  ASSERT_TRUE(channels) << channels.error().line();
  EXPECT_EQ(channels->shape, images.shape);
  EXPECT_THAT(channels->data, ElementsAre(4, 5, 6, 1, 2, 3));
  EXPECT_THAT(runOperation("reorder", images, R"({"order": [2, 1, 0]})")->data, ElementsAre(3, 2, 1, 6, 5, 4));
}

TEST(Reorder, RefusesListsThatAreNoOrderOfTheInputs) {
  const Tensor x{{1, 2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8}};
  for (const char* wrong :
       {R"({"order": []})", R"({"order": [0, 0]})", R"({"order": [0, 2]})", R"({"order": [0, 1, 2]})",
        R"({"order": [1, 0], "axis": 2})", R"({"order": [3, 2, 1, 0], "axis": 1})"}) {
    const auto y = runOperation("reorder", x, wrong);
    ASSERT_FALSE(y) << wrong;
    EXPECT_EQ(y.error().code, ErrorCode::wrongShape) << wrong;
  }
  EXPECT_EQ(runOperation("reorder", x).error().code, ErrorCode::notFound);
}

}  // namespace
}  // namespace axescope
