// SPDX-License-Identifier: GPL-3.0-or-later
// A budget that leaves room for zeros only is a reason, not a layer of zeros.
#include "core/ptq/possible_budget.h"

#include <gtest/gtest.h>

#include "random_layer.h"

namespace axescope {
namespace {

// All ways to put one code of ±1 into an accumulator, by its definition.
bool holdsOneCode(IntegerRange activations, int innerBits) {
  const std::int64_t limit = (std::int64_t{1} << (innerBits - 1)) - 1;
  for (const std::int64_t x : {activations.low, activations.high}) {
    if (x > limit || -x > limit) return false;
  }
  return true;
}

TEST(PossibleBudget, IsOneThatHoldsOneProductWithACodeOfOne) {
  std::mt19937 random(61);
  int refused = 0;
  for (const auto encoding : {ActivationEncoding::asymmetric, ActivationEncoding::centred}) {
    for (const int bits : {2, 4, 8}) {
      const auto layer = testing::randomLayer({.k = 20, .activationBits = bits, .encoding = encoding}, random);
      const InputStatistics statistics = layer.statistics();
      for (int innerBits = 2; innerBits <= 12; ++innerBits) {
        for (const Constraint constraint : {Constraint::epInit, Constraint::axeStrict, Constraint::axe}) {
          for (const Algorithm algorithm : {Algorithm::rtn, Algorithm::gpfq, Algorithm::optq, Algorithm::a2qPlus}) {
            const LayerOptions options{.algorithm = algorithm,
                                       .constraint = constraint,
                                       .innerBits = innerBits,
                                       .tileSize = 5,
                                       .activations = layer.quantizer.range(),
                                       .trainingSteps = 3};
            const auto matrices = feedback(statistics, {algorithm, false, 0.01}, "layer");
            ASSERT_TRUE(matrices);
            const auto result = quantizeWeights(layer.weight, std::nullopt, *matrices, &statistics, options);
            ASSERT_EQ(result.has_value(), holdsOneCode(options.activations, innerBits))
                << bits << " bits, P_I " << innerBits << ", constraint " << static_cast<int>(constraint);
            refused += result ? 0 : 1;
          }
        }
      }
    }
  }
  EXPECT_GT(refused, 100);
}

TEST(PossibleBudget, SaysWhatIsWantedAndWhatThereIs) {
  LayerOptions options{.constraint = Constraint::axe, .innerBits = 2};
  const Status status = checkBudgetIsPossible(options);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::numerical);
  EXPECT_EQ(status.error().line(),
            "expected an accumulator that holds one product with code ±1, of at least 9 bits, found P_I = 2 bits with "
            "8-bit activations");
  options.innerBits = 9;
  EXPECT_TRUE(checkBudgetIsPossible(options).has_value());
  // A2Q's budget counts 256 steps of 8 bits, the paper's clip wants half a step more.
  options.constraint = Constraint::epInitA2q;
  EXPECT_FALSE(checkBudgetIsPossible(options).has_value());
  options.constraint = Constraint::axe;
  options.slack = Slack::half;
  EXPECT_FALSE(checkBudgetIsPossible(options).has_value());
  options.innerBits = 10;
  EXPECT_TRUE(checkBudgetIsPossible(options).has_value());
}

TEST(PossibleBudget, IsNotAskedForWhereNothingIsPromised) {
  for (const Constraint constraint : {Constraint::none, Constraint::axeSoft}) {
    EXPECT_TRUE(checkBudgetIsPossible({.constraint = constraint, .innerBits = 2}).has_value());
  }
  EXPECT_TRUE(
      checkBudgetIsPossible({.algorithm = Algorithm::a2q, .constraint = Constraint::none, .innerBits = 2}).has_value());
}

}  // namespace
}  // namespace axescope
