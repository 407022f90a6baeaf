// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::Pointwise;

TEST(Arithmetic, EqualShapesGoElementByElement) {
  const Tensor a{{1, 2}, {1, 2}};
  const Tensor b{{1, 2}, {10, 20}};
  EXPECT_THAT(runOperation("add", {a, b})->data, ElementsAre(11, 22));
  EXPECT_THAT(runOperation("mul", {a, b})->data, ElementsAre(10, 40));
}

TEST(Arithmetic, AxesOfSizeOneAreBroadcastOnEitherSide) {
  const Tensor a = randomTensor({2, 3, 1, 4}, 1);
  const Tensor b = randomTensor({2, 1, 5, 1}, 2);
  const auto sum = runOperation("add", {a, b});
  const auto product = runOperation("mul", {a, b});
  ASSERT_TRUE(sum && product);
  EXPECT_THAT(sum->shape, ElementsAre(2, 3, 5, 4));
  std::size_t at = 0;
  for (std::size_t n = 0; n < 2; ++n) {
    for (std::size_t c = 0; c < 3; ++c) {
      for (std::size_t y = 0; y < 5; ++y) {
        for (std::size_t x = 0; x < 4; ++x, ++at) {
          const float left = a.data[(n * 3 + c) * 4 + x];
          const float right = b.data[n * 5 + y];
          EXPECT_EQ(sum->data[at], left + right);
          EXPECT_EQ(product->data[at], left * right);
        }
      }
    }
  }
}

TEST(Arithmetic, SqueezeAndExciteScalesEachChannel) {
  const auto scaled = runOperation("mul", {countingTensor({1, 2, 2, 2}), Tensor{{1, 2, 1, 1}, {1, 10}}});
  EXPECT_THAT(scaled->data, ElementsAre(0, 1, 2, 3, 40, 50, 60, 70));
}

TEST(Normalize, ImagesHaveTheirChannelsOnAxisOne) {
  const auto result = runOperation("normalize", Tensor{{2, 2, 1, 2}, {0, 255, 51, 102, 255, 0, 102, 51}},
                                   R"({"mean":[0.5,0.2],"std":[0.5,0.1],"divisor":255})");
  ASSERT_TRUE(result) << result.error().line();
  EXPECT_THAT(result->data, Pointwise(FloatNear(1e-6F), std::vector<float>{-1, 1, 0, 2, 1, -1, 2, 0}));
}

TEST(Normalize, FeaturesAreOnTheLastAxisAndTheDivisorIsOptional) {
  const auto result = runOperation("normalize", Tensor{{2, 2}, {1, 2, 3, 4}}, R"({"mean":[1,2],"std":[1,2]})");
  ASSERT_TRUE(result) << result.error().line();
  EXPECT_THAT(result->data, ElementsAre(0, 0, 2, 1));
}

class BatchNormParams : public testing::TestWithParam<std::pair<const char*, const char*>> {};

TEST_P(BatchNormParams, ScaleAndShiftEachChannel) {
  SmallNetwork network;
  const Tensor x = randomTensor({2, 3, 2, 2}, 1);
  network.inputShape = x.shape;
  network.params = {{"g", Tensor{{3}, {1, 2, -1}}},
                    {"b", Tensor{{3}, {0, 0.5F, 1}}},
                    {"m", Tensor{{3}, {0.1F, -0.2F, 0.3F}}},
                    {"v", Tensor{{3}, {1, 0.25F, 4}}}};
  network.add("y", "batch_norm", {"x"}, R"({"eps":0.001})", {},
              {{"weight", "g"}, {"bias", "b"}, {GetParam().first, "m"}, {GetParam().second, "v"}});
  const auto y = network.run(x);
  ASSERT_TRUE(y) << y.error().line();
  for (std::size_t i = 0; i < x.data.size(); ++i) {
    const std::size_t c = i / 4 % 3;
    const double expected = static_cast<double>(x.data[i] - network.params["m"].data[c]) /
                                std::sqrt(static_cast<double>(network.params["v"].data[c]) + 0.001) *
                                static_cast<double>(network.params["g"].data[c]) +
                            static_cast<double>(network.params["b"].data[c]);
    EXPECT_NEAR(static_cast<double>(y->data[i]), expected, 1e-5);
  }
}

INSTANTIATE_TEST_SUITE_P(BothNames, BatchNormParams,
                         testing::Values(std::pair{"mean", "var"}, std::pair{"running_mean", "running_var"}),
                         [](const auto& test) { return test.param.first; });

}  // namespace
}  // namespace axescope
