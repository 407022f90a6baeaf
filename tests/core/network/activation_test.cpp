// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::Pointwise;

// The definitions evaluated in float64 at −4, −1, 0, 0.5, 7.
struct Expectation {
  const char* op;
  const char* attributes;
  std::vector<float> values;
};

class Activation : public testing::TestWithParam<Expectation> {};

TEST_P(Activation, HasTheDefinitionsValues) {
  const auto result =
      runOperation(GetParam().op, Tensor{{1, 5}, {-4.0F, -1.0F, 0.0F, 0.5F, 7.0F}}, GetParam().attributes);
  ASSERT_TRUE(result) << result.error().line();
  EXPECT_THAT(result->data, Pointwise(FloatNear(2e-6F), GetParam().values));
  EXPECT_THAT(result->shape, ElementsAre(1, 5));
}

INSTANTIATE_TEST_SUITE_P(
    All, Activation,
    testing::Values(
        Expectation{"relu", "{}", {0, 0, 0, 0.5F, 7}}, Expectation{"relu6", "{}", {0, 0, 0, 0.5F, 6}},
        Expectation{"gelu", "{}", {-0.000126685F, -0.158655254F, 0, 0.345731231F, 7}},
        Expectation{"gelu", R"({"approximate":"none"})", {-0.000126685F, -0.158655254F, 0, 0.345731231F, 7}},
        Expectation{"gelu", R"({"approximate":"tanh"})", {-0.000070254F, -0.158808009F, 0, 0.345714009F, 7}},
        Expectation{"silu", "{}", {-0.071944840F, -0.268941421F, 0, 0.311229666F, 6.993622561F}},
        Expectation{"hardswish", "{}", {0, -1.0F / 3, 0, 0.291666667F, 7}},
        Expectation{"sigmoid", "{}", {0.017986210F, 0.268941421F, 0.5F, 0.622459331F, 0.999088949F}},
        Expectation{"tanh", "{}", {-0.999329300F, -0.761594156F, 0, 0.462117157F, 0.999998337F}}),
    [](const testing::TestParamInfo<Expectation>& test) {
      return std::string(test.param.op) + std::to_string(test.index);
    });

TEST(Activation, NanIsNotHidden) {
  const Tensor nan{{1, 1}, {std::numeric_limits<float>::quiet_NaN()}};
  for (const char* op : {"relu", "relu6", "gelu", "silu", "hardswish", "sigmoid", "tanh"}) {
    EXPECT_TRUE(std::isnan(runOperation(op, nan)->data[0])) << op;
  }
}

TEST(Softmax, RunsOverTheLastAxisUnlessToldOtherwise) {
  const Tensor x = randomTensor({2, 3, 4}, 1);
  const auto last = runOperation("softmax", x);
  const auto middle = runOperation("softmax", x, R"({"axis":1})");
  ASSERT_TRUE(last && middle);
  for (std::size_t n = 0; n < 2; ++n) {
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t j = 0; j < 4; ++j) {
        const auto at = [&](std::size_t a, std::size_t b) {
          return std::exp(static_cast<double>(x.data[(n * 3 + a) * 4 + b]));
        };
        const double overLast = at(i, j) / (at(i, 0) + at(i, 1) + at(i, 2) + at(i, 3));
        const double overMiddle = at(i, j) / (at(0, j) + at(1, j) + at(2, j));
        EXPECT_NEAR(static_cast<double>(last->data[(n * 3 + i) * 4 + j]), overLast, 1e-6);
        EXPECT_NEAR(static_cast<double>(middle->data[(n * 3 + i) * 4 + j]), overMiddle, 1e-6);
      }
    }
  }
}

TEST(Softmax, LargeValuesDoNotOverflow) {
  EXPECT_THAT(runOperation("softmax", Tensor{{1, 2}, {1000.0F, 1000.0F}})->data, ElementsAre(0.5F, 0.5F));
}

}  // namespace
}  // namespace axescope
