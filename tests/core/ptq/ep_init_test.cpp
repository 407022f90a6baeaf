// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/ep_init.h"

#include <random>

#include <gtest/gtest.h>

#include "core/ptq/quantize_layer.h"
#include "random_layer.h"
#include "reference_quantizers.h"

namespace axescope {
namespace {

TEST(EpInit, IsTheProjectionRoundedTowardZero) {
  std::mt19937 random(41);
  std::normal_distribution<double> normal(0.3, 3.0);
  int codesThatAreNotZero = 0;
  for (int round = 0; round < 200; ++round) {
    const int bits = 1 + round % 8;
    const auto encoding = round % 3 == 0 ? ActivationEncoding::centred : ActivationEncoding::asymmetric;
    const std::int64_t k = 1 + static_cast<std::int64_t>(random() % 80);
    MatrixD values(3, k);
    for (double& value : values.reshaped()) value = normal(random);
    const IntegerRange codes = weightCodeRange(round % 2 == 0 ? 4 : 3, WeightRange::full);
    const std::int64_t tileSize = round % 4 == 0 ? 0 : 16;
    const AxeOptions options{.innerBits = bits + 1 + static_cast<int>(random() % 8),
                             .tiling = Tiling::of(k, tileSize),
                             .activations = activationRange(bits, encoding)};
    const bool a2q = round % 5 < 2;
    const CodeMatrix found = epInit(values, options, codes, a2q ? L1Budget::a2q : L1Budget::a2qPlus);
    const CodeMatrix expected = testing::projectedTowardZero(values,
                                                             {.innerBits = options.innerBits,
                                                              .tileSize = tileSize,
                                                              .activationLow = options.activations.low,
                                                              .activationHigh = options.activations.high,
                                                              .a2qBudget = a2q},
                                                             codes);
    ASSERT_EQ(found, expected) << "round " << round;
    EXPECT_TRUE(Certificate(found, options.tiling, options.activations, options.innerBits, 0).guaranteed());
    codesThatAreNotZero += static_cast<int>((found.array() != 0).count());
  }
  EXPECT_GT(codesThatAreNotZero, 2000);
}

TEST(EpInit, AWideAccumulatorOnlyTruncates) {
  MatrixD values(1, 5);
  values << 2.9, -2.9, 0.4, -7.0, 123.0;
  CodeMatrix expected(1, 5);
  expected << 2, -2, 0, -7, 7;
  EXPECT_EQ(epInit(values, {.innerBits = 32, .tiling = Tiling::of(5, 0)}, IntegerRange{-7, 7}), expected);
}

// A given scale may be absurd: 1e-19 makes weights of one 1e19 codes large, where neighbouring numbers are 2048 apart.
TEST(EpInit, EndsForWeightsThatDwarfEveryCode) {
  std::mt19937 random(42);
  const auto layer = testing::randomLayer({.channels = 4, .k = 40}, random);
  const InputStatistics statistics = layer.statistics();
  for (const Algorithm algorithm : {Algorithm::rtn, Algorithm::optq}) {
    const auto matrices = feedback(statistics, {algorithm, false, 0.01}, "layer");
    ASSERT_TRUE(matrices);
    const auto result =
        quantizeWeights(layer.weight, std::vector<double>(4, 1e-19), *matrices, &statistics,
                        {.algorithm = algorithm, .constraint = Constraint::epInit, .innerBits = 14, .tileSize = 16});
    ASSERT_TRUE(result) << result.error().line();
    EXPECT_TRUE(Certificate(result->codes, Tiling::of(40, 16), {0, 255}, 14, 0).guaranteed());
  }
}

}  // namespace
}  // namespace axescope
