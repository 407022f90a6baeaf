// SPDX-License-Identifier: GPL-3.0-or-later
// Scales that are quantized themselves: every method ends on scales that there are, with codes made for them.
#include <array>
#include <cmath>

#include <gtest/gtest.h>

#include "core/ptq/quantize_layer.h"
#include "random_layer.h"

namespace axescope {
namespace {

using testing::RandomLayer;
using testing::randomLayer;

constexpr std::array rules{ScaleQuantization::fixedPoint, ScaleQuantization::shared, ScaleQuantization::powerOfTwo};

LayerOptions optionsOf(const RandomLayer& layer, ScaleQuantization rule) {
  LayerOptions options;
  options.activations = layer.quantizer.range();
  options.scaleGrid = {.rule = rule, .bits = 5};
  if (rule == ScaleQuantization::shared) {
    options.scaleGrid.unit = sharedScaleUnit(layer.weight, std::nullopt, options);
  }
  return options;
}

QuantizedWeights quantized(const RandomLayer& layer, const LayerOptions& options,
                           const std::optional<std::vector<double>>& given = std::nullopt) {
  const InputStatistics statistics = layer.statistics();
  const auto made = feedback(statistics, {.algorithm = options.algorithm}, "layer");
  EXPECT_TRUE(made);
  auto result = quantizeWeights(layer.weight, given, *made, &statistics, options);
  EXPECT_TRUE(result) << result.error().line();
  return *std::move(result);
}

TEST(DoubleQuantization, EveryMethodEndsOnScalesThatThereAre) {
  std::mt19937 random(301);
  const RandomLayer layer = randomLayer({.channels = 6, .k = 40, .samples = 100}, random);
  for (const ScaleQuantization rule : rules) {
    for (const Algorithm algorithm : {Algorithm::rtn, Algorithm::gpfq, Algorithm::optq, Algorithm::optqCorrected,
                                      Algorithm::qronos, Algorithm::a2q, Algorithm::a2qPlus}) {
      for (const WeightScale scale : {WeightScale::absmax, WeightScale::mse, WeightScale::budget}) {
        LayerOptions options = optionsOf(layer, rule);
        options.algorithm = algorithm;
        options.weightScale = scale;
        options.innerBits = 14;
        options.tileSize = 20;
        options.refineSweeps = 4;
        options.trainingSteps = 20;
        if (rule == ScaleQuantization::shared) {
          options.scaleGrid.unit = sharedScaleUnit(layer.weight, std::nullopt, options);
        }
        const QuantizedWeights result = quantized(layer, options);
        for (std::size_t c = 0; c < result.scales.size(); ++c) {
          EXPECT_EQ(options.scaleGrid.nearest(result.scales[c]), result.scales[c])
              << static_cast<int>(rule) << " " << static_cast<int>(algorithm) << " " << static_cast<int>(scale);
          // The error that is told is that of the scale that is kept.
          const auto row = static_cast<Eigen::Index>(c);
          const double told = layer.outputError(row, result.codes, result.scales[c]);
          EXPECT_NEAR(result.errorEnergy[c], told, 1e-4 * told + 1e-6 * result.outputEnergy[c]);
        }
        const Certificate certificate(result.codes, Tiling::of(40, 20), options.activations, 14, 0);
        EXPECT_TRUE(certificate.guaranteed());
      }
    }
  }
}

// Codes chosen for the rounded scale are better than codes chosen before the scale was rounded.
TEST(DoubleQuantization, CodesFitTheRoundedScales) {
  std::mt19937 random(302);
  const RandomLayer layer = randomLayer({.channels = 8, .k = 64, .samples = 200}, random);
  LayerOptions options = optionsOf(layer, ScaleQuantization::powerOfTwo);
  options.constraint = Constraint::none;
  options.weightBits = 6;
  const QuantizedWeights fitted = quantized(layer, options);
  options.scaleGrid = {};
  const QuantizedWeights plain = quantized(layer, options);
  double before = 0.0;
  double after = 0.0;
  for (Eigen::Index c = 0; c < 8; ++c) {
    const auto i = static_cast<std::size_t>(c);
    before += layer.outputError(c, plain.codes, nearestPowerOfTwo(plain.scales[i]));
    after += layer.outputError(c, fitted.codes, fitted.scales[i]);
  }
  EXPECT_LT(after, 0.1 * before);
}

TEST(DoubleQuantization, GivenScalesAreRoundedToo) {
  std::mt19937 random(303);
  const RandomLayer layer = randomLayer({.channels = 2, .k = 16, .samples = 40}, random);
  LayerOptions options = optionsOf(layer, ScaleQuantization::powerOfTwo);
  const std::vector<double> given{0.3, 0.11};
  EXPECT_EQ(quantized(layer, options, given).scales, (std::vector<double>{0.25, 0.125}));
  options.scaleGrid = {.rule = ScaleQuantization::shared, .bits = 2};
  options.scaleGrid.unit = sharedScaleUnit(layer.weight, given, options);
  const std::vector<double> shared = quantized(layer, options, given).scales;
  EXPECT_DOUBLE_EQ(shared[0], 0.3);
  EXPECT_DOUBLE_EQ(shared[1], 0.1);
}

// Of many bits, next to what any scale gives.
TEST(DoubleQuantization, ManyBitsChangeLittle) {
  std::mt19937 random(304);
  const RandomLayer layer = randomLayer({.channels = 4, .k = 32, .samples = 100}, random);
  LayerOptions options = optionsOf(layer, ScaleQuantization::fixedPoint);
  options.scaleGrid.bits = mostScaleBits;
  const QuantizedWeights fine = quantized(layer, options);
  options.scaleGrid = {};
  const QuantizedWeights any = quantized(layer, options);
  EXPECT_EQ(fine.codes, any.codes);
  for (std::size_t c = 0; c < any.scales.size(); ++c) {
    EXPECT_NEAR(fine.scales[c], any.scales[c], 1e-9 * any.scales[c]);
  }
}

}  // namespace
}  // namespace axescope
