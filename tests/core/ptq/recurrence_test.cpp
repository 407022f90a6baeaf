// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/recurrence.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/number/weight_quantizer.h"
#include "textbook_comparison.h"

namespace axescope {
namespace {

using testing::CodeTally;
using testing::RandomLayer;
using testing::recurrenceCodes;
using testing::RecurrenceSetting;

class AgainstTextbook : public ::testing::TestWithParam<Algorithm> {};

// Random layers and settings; of levels that are not uniform where these are asked for.
void expectTheTextbooksIntegers(Algorithm algorithm, bool uniform) {
  std::mt19937 random(static_cast<unsigned>(algorithm) + 17U);
  const auto pick = [&](auto values) {
    return *(values.begin() + static_cast<std::ptrdiff_t>(random() % values.size()));
  };
  CodeTally tally;
  for (int round = 0; round < 120; ++round) {
    RecurrenceSetting setting{.algorithm = algorithm, .shape = {}, .axe = {}};
    setting.shape.k = pick(std::initializer_list<std::int64_t>{9, 9, 65, 130, 200});
    setting.shape.channels = 10;
    setting.shape.samples = 320;
    setting.shape.encoding = pick(std::initializer_list<ActivationEncoding>{
        ActivationEncoding::asymmetric, ActivationEncoding::centred, ActivationEncoding::signedSymmetric,
        ActivationEncoding::unsignedSymmetric});
    setting.shape.activationBits = pick(std::initializer_list<int>{4, 8, 8});
    setting.shape.tiedEnergies = round % 3 == 0;
    setting.shape.deadInputs = round % 4 == 1;
    setting.weightBits = pick(std::initializer_list<int>{3, 4, 8});
    if (!uniform) {
      setting.quantizer = round % 2 == 0 ? WeightQuantizer::powerOfTwo : WeightQuantizer::additivePowerOfTwo;
      setting.weightBits = round % 2 == 0 ? 3 + round / 2 % 2 : 4 + round / 2 % 2;
    }
    setting.constrained = round % 5 != 0;
    setting.actOrder = round % 2 == 0;
    setting.errorReference = round % 6 == 5 ? ErrorReference::shaped : ErrorReference::original;
    setting.axe.innerBits = 12 + static_cast<int>(random() % 9);
    setting.axe.tiling = Tiling::of(setting.shape.k, pick(std::initializer_list<std::int64_t>{9, 64, 128, 0}));
    setting.axe.activations = activationRange(setting.shape.activationBits, setting.shape.encoding);
    setting.axe.slack = round % 7 == 6 ? Slack::half : Slack::floor;
    setting.axe.soft = round % 8 != 3;
    setting.axe.strict = round % 8 != 4;
    const RandomLayer layer = testing::randomLayer(setting.shape, random);
    std::vector<double> scales = weightScales(layer.weight, setting.levels(), WeightScaleRule::absmax);
    if (round % 3 == 1) setting.drawMultipliers(scales, random);
    tally.compare(setting, layer, scales);
  }
  EXPECT_LT(static_cast<double>(tally.different), 0.001 * static_cast<double>(tally.codes));
  ::testing::Test::RecordProperty("codes", std::to_string(tally.codes));
  ::testing::Test::RecordProperty("different", std::to_string(tally.different));
  std::cout << tally.different << " of " << tally.codes << " codes differ\n";
}

TEST_P(AgainstTextbook, IntegersAreIdenticalButForRoundingTies) {
  expectTheTextbooksIntegers(GetParam(), true);
}

TEST_P(AgainstTextbook, LevelsThatAreNotUniformAreIdenticalButForRoundingTies) {
  expectTheTextbooksIntegers(GetParam(), false);
}

INSTANTIATE_TEST_SUITE_P(Algorithms, AgainstTextbook,
                         ::testing::Values(Algorithm::gpfq, Algorithm::optq, Algorithm::optqCorrected,
                                           Algorithm::qronos));

TEST(Recurrence, AWideAccumulatorGivesTheBaseAlgorithmBitForBit) {
  std::mt19937 random(5);
  const RandomLayer layer = testing::randomLayer({.channels = 70, .k = 150}, random);
  const auto scales = weightScales(layer.weight, weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax);
  for (const Algorithm algorithm :
       {Algorithm::rtn, Algorithm::gpfq, Algorithm::optq, Algorithm::optqCorrected, Algorithm::qronos}) {
    RecurrenceSetting setting{.algorithm = algorithm, .shape = {}, .axe = {}};
    const CodeMatrix base = recurrenceCodes(setting, layer, scales);
    setting.constrained = true;
    setting.axe.innerBits = 32;
    setting.axe.tiling = Tiling::of(150, 64);
    setting.axe.activations = layer.quantizer.range();
    EXPECT_EQ(base, recurrenceCodes(setting, layer, scales));
    setting.axe.innerBits = 13;
    EXPECT_NE(base, recurrenceCodes(setting, layer, scales)) << "a narrow accumulator must change something";
  }
}

TEST(Recurrence, ResultDoesNotDependOnTheNumberOfThreads) {
  std::mt19937 random(6);
  const RandomLayer layer = testing::randomLayer({.channels = 300, .k = 200}, random);
  const auto scales = weightScales(layer.weight, weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax);
  RecurrenceSetting setting{.algorithm = Algorithm::gpfq, .shape = {}, .constrained = true, .axe = {}};
  setting.axe.innerBits = 14;
  setting.axe.tiling = Tiling::of(200, 32);
  setting.axe.activations = layer.quantizer.range();
  CodeMatrix one;
  CodeMatrix two;
  withThreads(1, [&] { one = recurrenceCodes(setting, layer, scales); });
  withThreads(2, [&] { two = recurrenceCodes(setting, layer, scales); });
  EXPECT_EQ(one, two);
}

// Several settings in one pass, with numbers of channels that leave lanes empty and cross panels.
TEST(Recurrence, StackedSettingsGetTheCodesTheyGetAlone) {
  std::mt19937 random(10);
  const std::int64_t k = 600;  // more than one segment of columns
  const RandomLayer layer = testing::randomLayer({.channels = 150, .k = k, .samples = 700}, random);
  const auto scales = weightScales(layer.weight, weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax);
  std::vector<AxeOptions> axe;
  for (const int bits : {12, 14, 16}) {
    for (const std::int64_t tile : {32, 0}) {
      axe.push_back({.innerBits = bits, .tiling = Tiling::of(k, tile), .activations = layer.quantizer.range()});
    }
  }
  const MatrixF few = layer.weight.topRows(13);
  for (const Algorithm algorithm :
       {Algorithm::rtn, Algorithm::gpfq, Algorithm::optq, Algorithm::optqCorrected, Algorithm::qronos}) {
    const auto matrices = feedback(layer.statistics(), {algorithm, true, 0.01}, "layer");
    ASSERT_TRUE(matrices);
    std::vector<RecurrenceRows> stack;
    for (std::size_t i = 0; i < axe.size(); ++i) {
      const bool isNarrow = i % 2 == 0;
      stack.push_back({isNarrow ? &few : &layer.weight,
                       std::span(scales).first(isNarrow ? 13 : 150),
                       {.codes = IntegerRange{-7, 7}, .axe = i == 3 ? nullptr : &axe[i]}});
    }
    const std::vector<CodeMatrix> together = quantizeGreedily(stack, *matrices);
    ASSERT_EQ(together.size(), stack.size());
    for (std::size_t i = 0; i < stack.size(); ++i) {
      EXPECT_EQ(together[i], quantizeGreedily(*stack[i].weight, stack[i].scales, *matrices, stack[i].options))
          << "algorithm " << static_cast<int>(algorithm) << " setting " << i;
    }
  }
}

TEST(Recurrence, DeadInputsGetCodeZeroAndChangeNothingElse) {
  std::mt19937 random(7);
  const RandomLayer layer = testing::randomLayer({.k = 63, .deadInputs = true}, random);
  const auto scales = weightScales(layer.weight, weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax);
  for (const Algorithm algorithm : {Algorithm::gpfq, Algorithm::optq, Algorithm::optqCorrected, Algorithm::qronos}) {
    const CodeMatrix codes = recurrenceCodes({.algorithm = algorithm, .shape = {}, .axe = {}}, layer, scales);
    for (std::int64_t i = 3; i < 63; i += 7) EXPECT_TRUE((codes.col(i).array() == 0).all());
  }
}

// The paper's first step, and nothing else, sets it apart: with dead inputs in front it belongs to the first alive one.
TEST(Feedback, QronosIsOptqCorrectedButForTheFirstAliveInput) {
  std::mt19937 random(18);
  RandomLayer layer = testing::randomLayer({.k = 40, .activationBits = 4}, random);
  for (const Eigen::Index first : {0, 2}) {
    for (Eigen::Index i = 0; i < first; ++i) {
      layer.inputs.col(i).setZero();
      layer.codes.col(i).setConstant(static_cast<std::int16_t>(layer.quantizer.zeroPoint));
    }
    const InputStatistics statistics = layer.statistics();
    const auto corrected = feedback(statistics, {Algorithm::optqCorrected, false, 0.01}, "layer");
    const auto qronos = feedback(statistics, {Algorithm::qronos, false, 0.01}, "layer");
    ASSERT_TRUE(corrected && qronos);
    EXPECT_EQ(corrected->r, qronos->r);
    for (Eigen::Index i = 0; i < 40; ++i) {
      EXPECT_EQ(corrected->d.col(i) == qronos->d.col(i), i != first) << "input " << i << ", first " << first;
    }
  }
}

TEST(Feedback, SingularStatisticsAreReportedWithAdvice) {
  std::mt19937 random(8);
  RandomLayer layer = testing::randomLayer({.k = 40, .samples = 10}, random);
  for (const Algorithm algorithm : {Algorithm::optq, Algorithm::optqCorrected, Algorithm::qronos}) {
    const auto undamped = feedback(layer.statistics(), {algorithm, false, 0.0}, "layer fc1");
    ASSERT_FALSE(undamped.has_value());
    EXPECT_EQ(undamped.error().code, ErrorCode::numerical);
    EXPECT_NE(undamped.error().line().find("layer fc1"), std::string::npos);
    EXPECT_NE(undamped.error().line().find("--damping"), std::string::npos);
    EXPECT_TRUE(feedback(layer.statistics(), {algorithm, false, 0.01}, "layer fc1").has_value());
  }
}

TEST(Feedback, WhereNothingArrivesEveryCodeIsZero) {
  std::mt19937 random(9);
  RandomLayer layer = testing::randomLayer({.k = 40, .samples = 10}, random);
  layer.inputs.setZero();
  layer.codes.setConstant(static_cast<std::int16_t>(layer.quantizer.zeroPoint));
  const auto scales = weightScales(layer.weight, weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax);
  for (const Algorithm algorithm : {Algorithm::gpfq, Algorithm::optq, Algorithm::optqCorrected, Algorithm::qronos}) {
    const CodeMatrix codes = recurrenceCodes({.algorithm = algorithm, .shape = {}, .axe = {}}, layer, scales);
    EXPECT_TRUE((codes.array() == 0).all());
  }
}

}  // namespace
}  // namespace axescope
