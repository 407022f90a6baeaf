// SPDX-License-Identifier: GPL-3.0-or-later
// What AxeScope promises: a constrained layer cannot overflow, and the certificate says exactly how far it goes.
#include <algorithm>

#include <gtest/gtest.h>

#include "core/datapath/reference_emulator.h"
#include "core/ptq/possible_budget.h"
#include "core/ptq/quantize_layer.h"
#include "random_layer.h"

namespace axescope {
namespace {

using testing::RandomLayer;
using testing::randomLayer;
using testing::RandomLayerShape;

Result<QuantizedWeights> quantize(const RandomLayer& layer, const LayerOptions& options, bool actOrder = false) {
  const InputStatistics statistics = layer.statistics();
  const auto matrices = feedback(statistics, {options.algorithm, actOrder, 0.01}, "layer");
  if (!matrices) return fail(matrices.error());
  return quantizeWeights(layer.weight, std::nullopt, *matrices, &statistics, options);
}

// Every tile's witness through the step-by-step emulator: largest true partial sum equals the predicted extreme.
void expectWitnessesReachTheExtremes(const CodeMatrix& codes, const Tiling& tiling, IntegerRange activations,
                                     int innerBits) {
  const Certificate certificate(codes, tiling, activations, innerBits, 0);
  const auto order = AccumulationOrder::natural(tiling);
  for (Eigen::Index c = 0; c < codes.rows(); ++c) {
    const std::span<const std::int16_t> row(&codes(c, 0), static_cast<std::size_t>(codes.cols()));
    std::int64_t reached = 0;
    for (const Extreme extreme : {Extreme::highest, Extreme::lowest}) {
      const auto x = witness(row, activations, extreme);
      const auto trace = emulateDotProduct(
          row, x, {.innerBits = innerBits, .outerBits = certificate.outerBits(), .tileSize = tiling.tileSize}, order);
      reached = std::max(reached, trace.largestPartialSum);
      ASSERT_FALSE(trace.overflowed());
      ASSERT_EQ(trace.result, trace.exact);
    }
    std::int64_t predicted = 0;
    for (std::int64_t t = 0; t < tiling.tiles(); ++t) {
      const IntegerRange extremes = certificate.sums(c, t).extremes(activations);
      predicted = std::max({predicted, extremes.high, -extremes.low});
    }
    ASSERT_EQ(reached, predicted);
  }
}

void drawLevels(int round, LayerOptions& options) {
  const bool powers = round % 2 == 0;
  options.weightQuantizer = powers ? WeightQuantizer::powerOfTwo : WeightQuantizer::additivePowerOfTwo;
  options.weightBits = 2 + round / 2 % (powers ? 4 : 7);
  options.weightRange = WeightRange::narrow;
  if (isTrained(options.algorithm)) options.algorithm = Algorithm::optqCorrected;
  if (round % 13 == 5) options.constraint = Constraint::axeInputs;
  if (round % 7 == 3) options.weightScale = WeightScale::mse;
  if (round % 9 == 4 && options.weightBits < 5) options.groupScale = GroupScale::integer;
}

// Answers how many layers had no room for any code.
int expectNoBrokenCertificate(int rounds, bool uniform) {
  std::mt19937 random(99);
  const auto pick = [&](auto values) {
    return *(values.begin() + static_cast<std::ptrdiff_t>(random() % values.size()));
  };
  int impossible = 0;
  for (int round = 0; round < rounds; ++round) {
    RandomLayerShape shape{.channels = 2, .k = 5 + static_cast<std::int64_t>(random() % 36), .samples = 24};
    shape.encoding = pick(std::initializer_list<ActivationEncoding>{
        ActivationEncoding::asymmetric, ActivationEncoding::centred, ActivationEncoding::signedSymmetric,
        ActivationEncoding::unsignedSymmetric});
    shape.activationBits = pick(std::initializer_list<int>{1, 2, 4, 8});
    if (shape.encoding == ActivationEncoding::signedSymmetric) shape.activationBits = std::max(shape.activationBits, 2);
    const RandomLayer layer = randomLayer(shape, random);
    LayerOptions options;
    options.algorithm = pick(std::initializer_list<Algorithm>{Algorithm::rtn, Algorithm::gpfq, Algorithm::optq,
                                                              Algorithm::optqCorrected, Algorithm::qronos,
                                                              Algorithm::a2q, Algorithm::a2qPlus});
    options.constraint = pick(std::initializer_list<Constraint>{Constraint::epInit, Constraint::epInitA2q,
                                                                Constraint::axeStrict, Constraint::axe});
    options.trainingSteps = 6;
    options.weightBits = pick(std::initializer_list<int>{2, 4, 8});
    // Every tenth accumulator is so narrow that next to nothing fits.
    options.innerBits = round % 10 == 7 ? 2 + static_cast<int>(random() % 2)
                                        : shape.activationBits + 2 + static_cast<int>(random() % 8);
    options.tileSize = pick(std::initializer_list<std::int64_t>{0, 3, 8, 16});
    options.activations = layer.quantizer.range();
    options.slack = round % 2 == 0 ? Slack::floor : Slack::half;
    options.weightRange = round % 3 == 0 ? WeightRange::full : WeightRange::narrow;
    options.weightScale = round % 11 == 3 ? WeightScale::budget : WeightScale::absmax;
    options.refineSweeps = round % 5 == 0 ? 2 : 0;
    if (!uniform) drawLevels(round, options);
    const auto result = quantize(layer, options, round % 4 == 0);
    if (!checkBudgetIsPossible(options)) {
      EXPECT_FALSE(result.has_value()) << "round " << round;
      ++impossible;
      continue;
    }
    EXPECT_TRUE(result.has_value()) << result.error().line();
    if (!result) return impossible;
    const WeightLevels levels({options.weightBits, options.weightQuantizer}, options.weightRange);
    EXPECT_TRUE(
        std::ranges::all_of(result->codes.reshaped(), [&](std::int16_t code) { return levels.contains(code); }));
    expectWitnessesReachTheExtremes(result->codes, Tiling::of(shape.k, options.tileSize), options.activations,
                                    options.innerBits);
    if (::testing::Test::HasFailure()) {
      ADD_FAILURE() << "round " << round;
      return impossible;
    }
  }
  return impossible;
}

TEST(Guarantee, NoCertificateIsBrokenInTenThousandRandomConstrainedLayers) {
  const int impossible = expectNoBrokenCertificate(10'000, true);
  EXPECT_GT(impossible, 300);
  EXPECT_LT(impossible, 2000);
}

TEST(Guarantee, NoCertificateIsBrokenInFiveThousandRandomLayersWhoseLevelsAreNotUniform) {
  const int impossible = expectNoBrokenCertificate(5'000, false);
  EXPECT_GT(impossible, 150);
  EXPECT_LT(impossible, 1000);
}

// Codes −1 and 0: ν = 0, so that only one end of each extreme moves.
TEST(Guarantee, OneBitActivationsWithoutAPositiveCodeUseTheirWholeBudget) {
  AxeOptions options{.innerBits = 5, .tiling = Tiling::of(8, 8), .activations = {-1, 0}};
  const TileSums sums{.positive = 4, .negative = -7};
  BudgetLeft left = budgetLeft(sums, options);
  EXPECT_EQ(left.up, 15 - 4);  // lo = −p ≥ −15
  EXPECT_EQ(left.down, 15 - 7);
  options.slack = Slack::half;
  left = budgetLeft(sums, options);
  EXPECT_EQ(left.up, 10.5);
  EXPECT_EQ(left.down, 7.5);
}

TEST(Guarantee, UnconstrainedNarrowAccumulatorsOverflowAndTheTraceSaysWhere) {
  std::mt19937 random(4);
  const RandomLayer layer = randomLayer({.channels = 16, .k = 256}, random);
  LayerOptions options{.algorithm = Algorithm::gpfq, .constraint = Constraint::none, .innerBits = 12};
  options.activations = layer.quantizer.range();
  const auto result = quantize(layer, options);
  ASSERT_TRUE(result.has_value());
  const Tiling tiling = Tiling::of(256, 64);
  const Certificate certificate(result->codes, tiling, options.activations, 12, 0);
  EXPECT_FALSE(certificate.guaranteed());
  const auto order = AccumulationOrder::natural(tiling);
  const std::span<const std::int16_t> row(&result->codes(0, 0), 256);
  const auto trace = emulateDotProduct(row, witness(row, options.activations, Extreme::highest),
                                       {.innerBits = 12, .outerBits = 20, .tileSize = 64}, order);
  ASSERT_TRUE(trace.overflowed());
  EXPECT_GE(*trace.firstOverflow, 1);
  EXPECT_LT(*trace.firstOverflow, 256);
  EXPECT_GT(trace.innerEvents, 0);
  EXPECT_TRUE(trace.persistent);
  EXPECT_NE(trace.result, trace.exact);
}

TEST(Guarantee, SoftThresholdAloneKeepsNoPromiseAndSaysSo) {
  std::mt19937 random(12);
  const RandomLayer layer = randomLayer({.channels = 64, .k = 256}, random);
  LayerOptions options{
      .algorithm = Algorithm::gpfq, .constraint = Constraint::axeSoft, .weightBits = 8, .innerBits = 14};
  options.activations = layer.quantizer.range();
  const auto result = quantize(layer, options);
  ASSERT_TRUE(result.has_value());
  EXPECT_FALSE(Certificate(result->codes, Tiling::of(256, 0), options.activations, 14, 0).guaranteed());
}

}  // namespace
}  // namespace axescope
