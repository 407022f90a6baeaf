// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/recurrence.h"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/number/weight_quantizer.h"
#include "random_layer.h"
#include "reference_quantizers.h"

namespace axescope {
namespace {

using testing::RandomLayer;
using testing::RandomLayerShape;
using testing::ReferenceAnswer;
using testing::ReferenceOptions;

struct Setting {
  Algorithm algorithm;
  RandomLayerShape shape;
  int weightBits = 4;
  bool constrained = false;
  AxeOptions axe;
  bool actOrder = false;
  ErrorReference errorReference = ErrorReference::original;
  TileMultipliers multipliers{};
  WeightQuantizer quantizer = WeightQuantizer::uniform;

  WeightLevels levels() const { return {{weightBits, quantizer}, WeightRange::narrow}; }

  std::string describe() const {
    return std::string(name(quantizer)) + " algorithm " + std::to_string(static_cast<int>(algorithm)) + " K " +
           std::to_string(shape.k) + " N " + std::to_string(shape.activationBits) + " encoding " +
           std::to_string(static_cast<int>(shape.encoding)) + " M " + std::to_string(weightBits) + " constrained " +
           std::to_string(constrained) + " P " + std::to_string(axe.innerBits) + " T " +
           std::to_string(axe.tiling.tileSize) + " grouped " + std::to_string(!multipliers.allOnes()) + " act-order " +
           std::to_string(actOrder) + " soft " + std::to_string(axe.soft) + " strict " + std::to_string(axe.strict);
  }
};

ReferenceAnswer reference(const Setting& setting, const RandomLayer& layer, const std::vector<double>& scales) {
  ReferenceOptions options;
  options.codes = weightCodeRange(setting.weightBits, WeightRange::narrow);
  const WeightLevels levels = setting.levels();
  options.levels.assign(levels.magnitudes().begin(), levels.magnitudes().end());
  options.shapedErrorReference = setting.errorReference == ErrorReference::shaped;
  options.order = testing::energyOrder(layer.quantized);
  if (!setting.actOrder) std::sort(options.order.begin(), options.order.end());
  if (setting.constrained) {
    options.constraint = {setting.axe.soft,
                          setting.axe.strict,
                          setting.axe.innerBits,
                          setting.axe.tiling.tileSize,
                          setting.axe.activations.low,
                          setting.axe.activations.high,
                          setting.axe.slack == Slack::half};
  }
  const MatrixD weight = layer.weight.cast<double>();
  if (!setting.multipliers.allOnes()) {
    options.multipliers = weight;
    for (Eigen::Index c = 0; c < weight.rows(); ++c) {
      for (Eigen::Index k = 0; k < weight.cols(); ++k) {
        options.multipliers(c, k) = static_cast<double>(setting.multipliers.ofColumn(c, k));
      }
    }
  }
  const MatrixD x = layer.inputs.cast<double>();
  if (setting.algorithm == Algorithm::gpfq) return testing::textbookGpfq(weight, scales, x, layer.quantized, options);
  if (setting.algorithm == Algorithm::qronos)
    return testing::textbookQronos(weight, scales, x, layer.quantized, 0.01, options);
  return testing::inverseHessianOptq(weight, scales, setting.algorithm == Algorithm::optqCorrected ? &x : nullptr,
                                     layer.quantized, 0.01, options);
}

CodeMatrix ours(const Setting& setting, const RandomLayer& layer, const std::vector<double>& scales) {
  const auto matrices = feedback(layer.statistics(), {setting.algorithm, setting.actOrder, 0.01}, "layer");
  EXPECT_TRUE(matrices.has_value());
  const RecurrenceOptions options{setting.levels(), setting.errorReference,
                                  setting.constrained ? &setting.axe : nullptr};
  return quantizeGreedily(layer.weight, scales, *matrices, options, &setting.multipliers);
}

// Compares all codes; a channel may part from the reference only where the reference itself stood at a rounding tie.
struct Tally {
  std::int64_t codes = 0;
  std::int64_t different = 0;

  void compare(const CodeMatrix& codesOurs, const ReferenceAnswer& answer, const std::vector<std::int64_t>& order,
               const std::string& what) {
    codes += codesOurs.size();
    for (Eigen::Index c = 0; c < codesOurs.rows(); ++c) {
      bool parted = false;
      for (const std::int64_t column : order) {
        if (codesOurs(c, column) == answer.codes(c, column)) continue;
        ++different;
        if (!parted) {
          EXPECT_LT(answer.margins(c, column), 1e-3) << what << " channel " << c << " column " << column;
        }
        parted = true;
      }
    }
  }
};

class AgainstTextbook : public ::testing::TestWithParam<Algorithm> {};

// Random layers and settings; of levels that are not uniform where these are asked for.
void expectTheTextbooksIntegers(Algorithm algorithm, bool uniform) {
  std::mt19937 random(static_cast<unsigned>(algorithm) + 17U);
  const auto pick = [&](auto values) {
    return *(values.begin() + static_cast<std::ptrdiff_t>(random() % values.size()));
  };
  Tally tally;
  for (int round = 0; round < 120; ++round) {
    Setting setting{.algorithm = algorithm, .shape = {}, .axe = {}};
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
    if (round % 3 == 1) {
      CodeMatrix multipliers(setting.shape.channels, setting.axe.tiling.tiles());
      for (std::int16_t& m : multipliers.reshaped()) m = static_cast<std::int16_t>(1 + random() % 5);
      setting.multipliers = {setting.axe.tiling, multipliers};
      for (double& scale : scales) scale /= 3.0;
    }
    std::vector<std::int64_t> order = testing::energyOrder(layer.quantized);
    if (!setting.actOrder) std::sort(order.begin(), order.end());
    tally.compare(ours(setting, layer, scales), reference(setting, layer, scales), order, setting.describe());
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
    Setting setting{.algorithm = algorithm, .shape = {}, .axe = {}};
    const CodeMatrix base = ours(setting, layer, scales);
    setting.constrained = true;
    setting.axe.innerBits = 32;
    setting.axe.tiling = Tiling::of(150, 64);
    setting.axe.activations = layer.quantizer.range();
    EXPECT_EQ(base, ours(setting, layer, scales));
    setting.axe.innerBits = 13;
    EXPECT_NE(base, ours(setting, layer, scales)) << "a narrow accumulator must change something";
  }
}

TEST(Recurrence, ResultDoesNotDependOnTheNumberOfThreads) {
  std::mt19937 random(6);
  const RandomLayer layer = testing::randomLayer({.channels = 300, .k = 200}, random);
  const auto scales = weightScales(layer.weight, weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax);
  Setting setting{.algorithm = Algorithm::gpfq, .shape = {}, .constrained = true, .axe = {}};
  setting.axe.innerBits = 14;
  setting.axe.tiling = Tiling::of(200, 32);
  setting.axe.activations = layer.quantizer.range();
  CodeMatrix one;
  CodeMatrix two;
  withThreads(1, [&] { one = ours(setting, layer, scales); });
  withThreads(2, [&] { two = ours(setting, layer, scales); });
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
    const CodeMatrix codes = ours({.algorithm = algorithm, .shape = {}, .axe = {}}, layer, scales);
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
    const CodeMatrix codes = ours({.algorithm = algorithm, .shape = {}, .axe = {}}, layer, scales);
    EXPECT_TRUE((codes.array() == 0).all());
  }
}

}  // namespace
}  // namespace axescope
