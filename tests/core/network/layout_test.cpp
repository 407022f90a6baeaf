// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

using testing::ElementsAre;

float at(const Tensor& t, std::initializer_list<std::int64_t> index) {
  std::int64_t offset = 0;
  auto size = t.shape.begin();
  for (const std::int64_t i : index) offset = offset * *size++ + i;
  return t.data[static_cast<std::size_t>(offset)];
}

TEST(Flatten, JoinsTheAxesFromTheFirstOrTheGivenOne) {
  const Tensor x = countingTensor({2, 3, 4, 5});
  EXPECT_THAT(runOperation("flatten", x)->shape, ElementsAre(2, 60));
  EXPECT_THAT(runOperation("flatten", x, R"({"start_axis":2})")->shape, ElementsAre(2, 3, 20));
  EXPECT_EQ(runOperation("flatten", x)->data, x.data);
}

TEST(Reshape, KeepsSamplesAndInfersOneSize) {
  const Tensor x = countingTensor({2, 12});
  EXPECT_THAT(runOperation("reshape", x, R"({"shape":[-1,3,4]})")->shape, ElementsAre(2, 3, 4));
  EXPECT_THAT(runOperation("reshape", x, R"({"shape":[-1,2,-1,3]})")->shape, ElementsAre(2, 2, 2, 3));
  EXPECT_THAT(runOperation("reshape", x, R"({"shape":[-1,-1]})")->shape, ElementsAre(2, 12));
}

TEST(Transpose, MovesElementsUnderEitherKey) {
  const Tensor x = countingTensor({2, 3, 4, 5});
  for (const char* attributes : {R"({"axes":[0,2,3,1]})", R"({"perm":[0,2,3,1]})"}) {
    const auto y = runOperation("transpose", x, attributes);
    ASSERT_TRUE(y) << y.error().line();
    ASSERT_THAT(y->shape, ElementsAre(2, 4, 5, 3));
    for (std::int64_t n = 0; n < 2; ++n) {
      for (std::int64_t a = 0; a < 4; ++a) {
        for (std::int64_t b = 0; b < 5; ++b) {
          for (std::int64_t c = 0; c < 3; ++c) EXPECT_EQ(at(*y, {n, a, b, c}), at(x, {n, c, a, b}));
        }
      }
    }
  }
}

struct SliceCase {
  const char* attributes;
  std::vector<float> row;  // of 0 … 6
};

class Slice : public testing::TestWithParam<SliceCase> {};

TEST_P(Slice, FollowsPythonsRules) {
  const auto y = runOperation("slice", countingTensor({1, 7}), GetParam().attributes);
  ASSERT_TRUE(y) << y.error().line();
  EXPECT_EQ(y->data, GetParam().row);
}

INSTANTIATE_TEST_SUITE_P(
    All, Slice,
    testing::Values(SliceCase{R"({"axis":1,"start":2})", {2, 3, 4, 5, 6}},
                    SliceCase{R"({"axis":1,"start":0,"step":2})", {0, 2, 4, 6}},
                    SliceCase{R"({"axis":1,"start":1,"stop":6,"step":2})", {1, 3, 5}},
                    SliceCase{R"({"axis":-1,"start":-3,"stop":-1})", {4, 5}},
                    SliceCase{R"({"axis":1,"stop":2})", {0, 1}},
                    SliceCase{R"({"axis":1,"start":5,"stop":9223372036854775807})", {5, 6}},
                    SliceCase{R"({"axis":1,"start":5,"stop":null})", {5, 6}},
                    SliceCase{R"({"axis":1,"start":-9223372036854775808,"step":9223372036854775807})", {0}}));

TEST(Slice, WorksOnAnInnerAxis) {
  const Tensor x = countingTensor({2, 3, 5, 2});
  const auto y = runOperation("slice", x, R"({"axis":2,"start":1,"step":2})");
  ASSERT_THAT(y->shape, ElementsAre(2, 3, 2, 2));
  for (std::int64_t n = 0; n < 2; ++n) {
    for (std::int64_t c = 0; c < 3; ++c) {
      for (std::int64_t i = 0; i < 2; ++i) {
        for (std::int64_t j = 0; j < 2; ++j) EXPECT_EQ(at(*y, {n, c, i, j}), at(x, {n, c, 1 + 2 * i, j}));
      }
    }
  }
}

TEST(Pad, PutsTheValueAroundEachAxis) {
  const Tensor x = countingTensor({2, 2, 3});
  const auto y = runOperation("pad", x, R"({"before":[0,1,0],"after":[0,0,2],"value":-7})");
  ASSERT_TRUE(y) << y.error().line();
  ASSERT_THAT(y->shape, ElementsAre(2, 3, 5));
  for (std::int64_t n = 0; n < 2; ++n) {
    for (std::int64_t a = 0; a < 3; ++a) {
      for (std::int64_t b = 0; b < 5; ++b) {
        EXPECT_EQ(at(*y, {n, a, b}), a >= 1 && b < 3 ? at(x, {n, a - 1, b}) : -7.0F);
      }
    }
  }
}

TEST(Concat, JoinsAlongAnyAxisButTheSamples) {
  const Tensor a = countingTensor({2, 2, 3});
  const Tensor b{{2, 1, 3}, {100, 101, 102, 103, 104, 105}};
  EXPECT_THAT(runOperation("concat", {a, b}, R"({"axis":1})")->data,
              ElementsAre(0, 1, 2, 3, 4, 5, 100, 101, 102, 6, 7, 8, 9, 10, 11, 103, 104, 105));
  const auto last = runOperation("concat", {b, b, b}, R"({"axis":-1})");
  EXPECT_THAT(last->shape, ElementsAre(2, 1, 9));
  EXPECT_THAT(last->data,
              ElementsAre(100, 101, 102, 100, 101, 102, 100, 101, 102, 103, 104, 105, 103, 104, 105, 103, 104, 105));
}

}  // namespace
}  // namespace axescope
