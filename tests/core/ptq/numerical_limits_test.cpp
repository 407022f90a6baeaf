// SPDX-License-Identifier: GPL-3.0-or-later
// Where numbers end: whatever a layer looks like, the answer is finite, within its code range and certified, or it is
// an error. Never NaN, never codes out of range, never a wrapped sum.
#include <cmath>

#include <gtest/gtest.h>

#include "core/budget/certificate.h"
#include "core/ptq/quantize_layer.h"
#include "random_layer.h"

namespace axescope {
namespace {

using testing::RandomLayer;
using testing::randomLayer;

constexpr std::initializer_list<Algorithm> algorithms{Algorithm::rtn,           Algorithm::gpfq,   Algorithm::optq,
                                                      Algorithm::optqCorrected, Algorithm::qronos, Algorithm::a2q,
                                                      Algorithm::a2qPlus};

struct Tally {
  int finished = 0;
  int refused = 0;
};

Result<QuantizedWeights> quantize(const RandomLayer& layer, const LayerOptions& options, double damping = 0.01) {
  const InputStatistics statistics = layer.statistics();
  AXESCOPE_TRY(const Feedback matrices, feedback(statistics, {options.algorithm, false, damping}, "layer"));
  return quantizeWeights(layer.weight, std::nullopt, matrices, &statistics, options);
}

void expectSound(const RandomLayer& layer, const LayerOptions& options, double damping, Tally& tally) {
  SCOPED_TRACE("algorithm " + std::to_string(static_cast<int>(options.algorithm)) + " M " +
               std::to_string(options.weightBits) + " P " + std::to_string(options.innerBits) + " damping " +
               std::to_string(damping));
  const auto answer = quantize(layer, options, damping);
  if (!answer) {
    EXPECT_EQ(answer.error().code, ErrorCode::numerical) << answer.error().line();
    EXPECT_FALSE(answer.error().found.empty());
    ++tally.refused;
    return;
  }
  ++tally.finished;
  const IntegerRange range = weightCodeRange(options.weightBits, options.weightRange);
  EXPECT_GE(answer->codes.minCoeff(), range.low);
  EXPECT_LE(answer->codes.maxCoeff(), range.high);
  for (const double scale : answer->scales) EXPECT_TRUE(std::isfinite(scale) && scale > 0.0) << scale;
  for (const double energy : answer->errorEnergy) EXPECT_TRUE(std::isfinite(energy) && energy >= 0.0) << energy;
  for (const double energy : answer->outputEnergy) EXPECT_TRUE(std::isfinite(energy) && energy >= 0.0) << energy;
  if (promisesCertificate(options)) {
    const Certificate certificate(answer->codes, Tiling::of(layer.weight.cols(), options.tileSize), options.activations,
                                  options.innerBits, 0, answer->multipliers);
    EXPECT_TRUE(certificate.guaranteed());
  }
}

LayerOptions optionsOf(const RandomLayer& layer, Algorithm algorithm) {
  return {.algorithm = algorithm,
          .constraint = Constraint::axe,
          .weightBits = 4,
          .innerBits = 16,
          .tileSize = 8,
          .activations = layer.quantizer.range(),
          .trainingSteps = 10};
}

// Inputs that are equal, opposite, sums of others or nearly so: Gram matrices without an inverse, or with a useless
// one.
RandomLayer dependentLayer(float difference, std::mt19937& random) {
  RandomLayer layer = randomLayer({.channels = 6, .k = 24, .samples = 16}, random);  // fewer samples than inputs
  std::normal_distribution<float> normal;
  for (Eigen::Index i = 1; i < 12; ++i) {
    for (Eigen::Index s = 0; s < layer.inputs.rows(); ++s) {
      layer.inputs(s, i) = layer.inputs(s, 0) * (1.0F + difference * normal(random));
    }
  }
  for (Eigen::Index i = 0; i < layer.inputs.size(); ++i) {
    layer.codes.data()[i] = layer.quantizer.quantize(layer.inputs.data()[i]);
  }
  return layer;
}

TEST(NumericalLimits, SingularAndIllConditionedInputsGiveSoundCodesOrAnError) {
  std::mt19937 random(201);
  Tally tally;
  for (const float difference : {0.0F, 1e-6F, 1e-3F}) {
    for (const double damping : {0.0, 1e-300, 1e-16, 1e-12, 1e-8, 1e-4, 0.01, 1.0}) {
      for (const Algorithm algorithm : algorithms) {
        const RandomLayer layer = dependentLayer(difference, random);
        expectSound(layer, optionsOf(layer, algorithm), damping, tally);
        LayerOptions free = optionsOf(layer, algorithm);
        free.constraint = Constraint::none;
        free.refineSweeps = 4;
        expectSound(layer, free, damping, tally);
      }
    }
  }
  EXPECT_GT(tally.finished, 200);
  EXPECT_GT(tally.refused, 0);
}

TEST(NumericalLimits, ConstantChannelsAndInputsGiveSoundCodes) {
  std::mt19937 random(202);
  Tally tally;
  for (const float weight : {0.0F, 1.0F, -0.3F}) {
    for (const float input : {0.0F, 1.0F, 1e-20F}) {
      for (const Algorithm algorithm : algorithms) {
        for (const WeightScale scale : {WeightScale::absmax, WeightScale::mse, WeightScale::budget}) {
          RandomLayer layer = randomLayer({.channels = 4, .k = 20, .samples = 24}, random);
          layer.weight.topRows(2).setConstant(weight);
          layer.inputs.leftCols(10).setConstant(input);
          for (Eigen::Index i = 0; i < layer.inputs.size(); ++i) {
            layer.codes.data()[i] = layer.quantizer.quantize(layer.inputs.data()[i]);
          }
          LayerOptions options = optionsOf(layer, algorithm);
          options.weightScale = scale;
          options.refineSweeps = 2;
          expectSound(layer, options, 0.01, tally);
        }
      }
    }
  }
  EXPECT_EQ(tally.refused, 0);
}

TEST(NumericalLimits, TheSmallestLayersThereAreAreQuantizedAtEveryWidth) {
  std::mt19937 random(203);
  Tally tally;
  for (const std::int64_t k : {1, 2}) {
    for (const std::int64_t channels : {1, 2}) {
      for (const int activationBits : {2, 8, 15}) {
        const RandomLayer layer =
            randomLayer({.channels = channels, .k = k, .samples = 3, .activationBits = activationBits}, random);
        for (int innerBits = leastAccumulatorBits; innerBits <= mostAccumulatorBits; ++innerBits) {
          for (const Algorithm algorithm : {Algorithm::rtn, Algorithm::gpfq, Algorithm::optq, Algorithm::qronos}) {
            LayerOptions options = optionsOf(layer, algorithm);
            options.innerBits = innerBits;
            options.tileSize = 1;
            expectSound(layer, options, 0.01, tally);
          }
        }
      }
    }
  }
  EXPECT_GT(tally.finished, 2000);
  EXPECT_GT(tally.refused, 0);  // where no code but zero fits
}

TEST(NumericalLimits, EveryPairOfWidthsGivesSoundCodesAtEveryAccumulator) {
  std::mt19937 random(204);
  Tally tally;
  for (int activationBits = 1; activationBits <= mostCodeBits; ++activationBits) {
    // Unsigned codes have at most 15 bits, signed symmetric ones at least two.
    const ActivationEncoding encoding = activationBits == mostCodeBits || activationBits % 2 == 0
                                            ? ActivationEncoding::signedSymmetric
                                            : ActivationEncoding::asymmetric;
    const RandomLayer layer = randomLayer(
        {.channels = 3, .k = 9, .samples = 20, .activationBits = activationBits, .encoding = encoding}, random);
    for (int weightBits = 1; weightBits <= mostCodeBits; ++weightBits) {
      for (int innerBits = leastAccumulatorBits; innerBits <= mostAccumulatorBits; innerBits += 3) {
        LayerOptions options = optionsOf(layer, innerBits % 2 == 0 ? Algorithm::gpfq : Algorithm::optqCorrected);
        options.weightBits = weightBits;
        options.weightRange = weightBits == 1 || weightBits % 3 == 0 ? WeightRange::full : WeightRange::narrow;
        options.innerBits = innerBits;
        options.tileSize = 4;
        expectSound(layer, options, 0.01, tally);
      }
    }
  }
  EXPECT_GT(tally.finished, 3000);
}

// All inputs and weights times powers of two: nothing rounds differently, so codes and relative errors are the same to
// the bit, until float32 cannot hold the sums; then it is said.
TEST(NumericalLimits, ScalesOfInputsAndWeightsDoNotMatterUntilTheyAreRefused) {
  std::mt19937 random(205);
  const RandomLayer layer = randomLayer({.channels = 6, .k = 40, .samples = 60}, random);
  int same = 0;
  int refused = 0;
  for (const Algorithm algorithm : algorithms) {
    if (isTrained(algorithm)) continue;  // in logarithms of scales, which round differently
    const LayerOptions options = optionsOf(layer, algorithm);
    const auto expected = quantize(layer, options);
    ASSERT_TRUE(expected.has_value()) << expected.error().line();
    for (const int inputs : {-100, -60, -40, -20, 0, 20, 40, 60, 99}) {
      for (const int weights : {-100, -40, 0, 40, 99}) {
        SCOPED_TRACE("2^" + std::to_string(inputs) + " inputs, 2^" + std::to_string(weights) + " weights");
        RandomLayer scaled = layer;
        scaled.inputs *= std::ldexp(1.0F, inputs);
        scaled.weight *= std::ldexp(1.0F, weights);
        scaled.quantizer.scale = std::ldexp(layer.quantizer.scale, inputs);
        const auto answer = quantize(scaled, options);
        if (!answer) {
          ++refused;
          EXPECT_EQ(answer.error().code, ErrorCode::numerical);
          EXPECT_NE(answer.error().line().find("float32"), std::string::npos);
          EXPECT_TRUE(std::abs(inputs) > 20 || std::abs(weights) > 40);
          continue;
        }
        ++same;
        EXPECT_EQ(answer->codes, expected->codes);
        for (std::size_t c = 0; c < answer->scales.size(); ++c) {
          EXPECT_EQ(answer->scales[c], std::ldexp(expected->scales[c], weights));
          EXPECT_EQ(answer->errorEnergy[c], std::ldexp(expected->errorEnergy[c], 2 * (inputs + weights)));
          EXPECT_EQ(answer->outputEnergy[c], std::ldexp(expected->outputEnergy[c], 2 * (inputs + weights)));
        }
      }
    }
  }
  EXPECT_GT(same, 60);
  EXPECT_GT(refused, 60);
}

// Weights so small that float32 has only some digits left for them, without inputs to judge by.
TEST(NumericalLimits, DenormalWeightsAreRoundedAsOthersAre) {
  MatrixF weight(2, 15);
  for (Eigen::Index i = 0; i < 15; ++i) {
    weight(0, i) = static_cast<float>(i - 7);
    weight(1, i) = static_cast<float>(7 - i) / 2.0F;
  }
  const LayerOptions options{.algorithm = Algorithm::rtn, .constraint = Constraint::none};
  const auto plain = quantizeWeights(weight, std::nullopt, rtnFeedback(15), nullptr, options);
  const MatrixF tiny = weight * std::ldexp(1.0F, -145);
  ASSERT_EQ(std::fpclassify(tiny(0, 0)), FP_SUBNORMAL);
  const auto answer = quantizeWeights(tiny, std::nullopt, rtnFeedback(15), nullptr, options);
  ASSERT_TRUE(plain && answer);
  EXPECT_EQ(plain->codes, answer->codes);
  EXPECT_EQ(plain->codes(0, 14), 7);
  for (std::size_t c = 0; c < 2; ++c) EXPECT_EQ(answer->scales[c], std::ldexp(plain->scales[c], -145));
}

}  // namespace
}  // namespace axescope
