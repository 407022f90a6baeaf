// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/statistics.h"

#include <gtest/gtest.h>

#include "core/ptq/feedback.h"
#include "core/ptq/layer_error.h"
#include "core/ptq/quantize_layer.h"
#include "random_layer.h"

namespace axescope {
namespace {

using testing::randomLayer;

TEST(Statistics, SIsExactAndShiftAgreesWithFloat64) {
  std::mt19937 random(1);
  for (const auto encoding : {ActivationEncoding::asymmetric, ActivationEncoding::centred,
                              ActivationEncoding::signedSymmetric, ActivationEncoding::unsignedSymmetric}) {
    const auto layer = randomLayer({.channels = 5, .k = 150, .samples = 2500, .encoding = encoding}, random);
    const InputStatistics statistics = layer.statistics();
    const MatrixD s = layer.quantized.transpose() * layer.quantized;
    const MatrixD g = layer.inputs.cast<double>().transpose() * layer.quantized;
    EXPECT_LE((statistics.s - s).cwiseAbs().maxCoeff(), 1e-12 * s.cwiseAbs().maxCoeff());
    EXPECT_LE((statistics.s + statistics.shift - g).cwiseAbs().maxCoeff(), 1e-6 * g.cwiseAbs().maxCoeff());
    EXPECT_EQ(statistics.s, statistics.s.transpose());
    EXPECT_EQ(statistics.samples, 2500);
  }
}

// Rows with scales of their own: X̃ itself instead of codes.
TEST(Statistics, OfValuesWithoutACommonScaleAgreeWithFloat64) {
  std::mt19937 random(6);
  auto layer = randomLayer({.channels = 5, .k = 90, .samples = 2500, .deadInputs = true}, random);
  MatrixF values(2500, 90);
  for (Eigen::Index row = 0; row < values.rows(); ++row) {
    const float size = 0.01F * static_cast<float>(1 + row % 300);
    layer.inputs.row(row) *= size;
    values.row(row) = size * layer.quantized.row(row).cast<float>();
  }
  StatisticsAccumulator accumulator(layer.weight);
  accumulator.add(layer.inputs.data(), 90, values.data(), 90, 1500);
  accumulator.add(&layer.inputs(1500, 0), 90, &values(1500, 0), 90, 1000);
  const InputStatistics statistics = accumulator.finish();
  const MatrixD x = layer.inputs.cast<double>();
  const MatrixD quantized = values.cast<double>();
  const MatrixD weight = layer.weight.cast<double>();
  const MatrixD s = quantized.transpose() * quantized;
  const MatrixD noise = x - quantized;
  const MatrixD shift = noise.transpose() * quantized;
  EXPECT_LE((statistics.s - s).cwiseAbs().maxCoeff(), 1e-6 * s.cwiseAbs().maxCoeff());
  EXPECT_LE((statistics.shift - shift).cwiseAbs().maxCoeff(), 1e-5 * shift.cwiseAbs().maxCoeff());
  EXPECT_LE((statistics.sums - quantized.colwise().sum().transpose()).cwiseAbs().maxCoeff(),
            1e-6 * s.cwiseAbs().maxCoeff());
  EXPECT_LE((statistics.noiseSums - noise.colwise().sum().transpose()).cwiseAbs().maxCoeff(), 1e-4);
  EXPECT_EQ(statistics.s, statistics.s.transpose());
  EXPECT_EQ(statistics.samples, 2500);
  for (Eigen::Index c = 0; c < 5; ++c) {
    const double output = (x * weight.row(c).transpose()).squaredNorm();
    EXPECT_NEAR(statistics.outputEnergy[static_cast<std::size_t>(c)], output, 1e-5 * output);
    const double lost = (noise * weight.row(c).transpose()).squaredNorm();
    EXPECT_NEAR(statistics.noiseEnergy[static_cast<std::size_t>(c)], lost, 1e-5 * lost);
  }
  for (Eigen::Index i = 0; i < 90; ++i) {
    EXPECT_NEAR(statistics.s(i, i), s(i, i), 1e-12 * s(i, i));
    if (i % 7 != 3) continue;
    EXPECT_EQ(statistics.s.row(i).cwiseAbs().maxCoeff(), 0.0);
    EXPECT_EQ(statistics.shift.col(i).cwiseAbs().maxCoeff(), 0.0);
  }
}

TEST(Statistics, DoNotDependOnHowSamplesArriveInWholeBatches) {
  std::mt19937 random(2);
  const auto layer = randomLayer({.channels = 3, .k = 30, .samples = 3000}, random);
  StatisticsAccumulator pieces(layer.weight, layer.quantizer);
  for (const auto& [first, count] : {std::pair<std::int64_t, std::int64_t>{0, 1024}, {1024, 1024}, {2048, 952}}) {
    pieces.add(&layer.inputs(first, 0), 30, &layer.codes(first, 0), 30, count);
  }
  EXPECT_EQ(pieces.finish().s, layer.statistics().s);
}

// Beyond 8 bits float32 products round, but an input that is always zero must not seem alive.
TEST(Statistics, OfDeadInputsAreExactlyZeroAtEveryWidth) {
  std::mt19937 random(4);
  for (const auto& [bits, encoding] : {std::pair{8, ActivationEncoding::asymmetric},
                                       {12, ActivationEncoding::asymmetric},
                                       {14, ActivationEncoding::centred},
                                       {15, ActivationEncoding::asymmetric},
                                       {16, ActivationEncoding::centred}}) {
    const auto layer = randomLayer(
        {.channels = 4, .k = 60, .samples = 2500, .activationBits = bits, .encoding = encoding, .deadInputs = true},
        random);
    ASSERT_NE(layer.quantizer.zeroPoint, 0);
    const InputStatistics statistics = layer.statistics();
    const auto matrices = feedback(statistics, {Algorithm::gpfq, false, 0.01}, "layer");
    ASSERT_TRUE(matrices);
    for (std::int64_t i = 0; i < 60; ++i) {
      const bool dead = i % 7 == 3;
      EXPECT_EQ(matrices->dead[static_cast<std::size_t>(i)] != 0, dead) << bits << " bits, input " << i;
      const double energy = layer.quantized.col(i).squaredNorm();
      EXPECT_NEAR(statistics.s(i, i), energy, 1e-13 * energy) << bits << " bits, input " << i;
      if (!dead) continue;
      EXPECT_EQ(statistics.s.row(i).cwiseAbs().maxCoeff(), 0.0);
      EXPECT_EQ(statistics.s.col(i).cwiseAbs().maxCoeff(), 0.0);
      EXPECT_EQ(statistics.shift.col(i).cwiseAbs().maxCoeff(), 0.0);
      EXPECT_EQ(statistics.targetShift.col(i).cwiseAbs().maxCoeff(), 0.0);
    }
  }
}

// Inputs a hundred times their spread away from zero: nearly all of S is their mean, nearly none of the error.
TEST(LayerError, KeepsItsDigitsWhereInputsAreFarFromZero) {
  std::mt19937 random(5);
  auto layer = randomLayer({.channels = 20, .k = 256, .samples = 1500}, random);
  layer.inputs = layer.inputs.array() + 100.0F;
  layer.quantizer =
      activationQuantizer(0.0, static_cast<double>(layer.inputs.maxCoeff()), 8, ActivationEncoding::unsignedSymmetric);
  layer.quantizer.quantize(std::span(layer.inputs.data(), static_cast<std::size_t>(layer.inputs.size())),
                           std::span(layer.codes.data(), static_cast<std::size_t>(layer.codes.size())));
  layer.quantized = layer.quantizer.scale * layer.codes.cast<double>();
  const InputStatistics statistics = layer.statistics();
  const auto matrices = feedback(statistics, {Algorithm::gpfq, false, 0.01}, "layer");
  ASSERT_TRUE(matrices);
  const auto result = quantizeWeights(layer.weight, std::nullopt, *matrices, &statistics,
                                      {.algorithm = Algorithm::gpfq, .constraint = Constraint::none});
  ASSERT_TRUE(result);
  for (Eigen::Index c = 0; c < 20; ++c) {
    const auto index = static_cast<std::size_t>(c);
    const double expected = layer.outputError(c, result->codes, result->scales[index]);
    EXPECT_NEAR(result->errorEnergy[index], expected, 1e-4 * expected) << "channel " << c;
  }
}

TEST(LayerError, EqualsTheErrorOfTheOutputs) {
  std::mt19937 random(3);
  const auto layer = randomLayer({.channels = 6, .k = 90, .samples = 700}, random);
  CodeMatrix codes(6, 90);
  for (Eigen::Index i = 0; i < codes.size(); ++i) codes.data()[i] = static_cast<std::int16_t>(random() % 15) - 7;
  const std::vector<double> scales{0.2, 0.3, 0.4, 0.5, 0.1, 0.25};
  const InputStatistics statistics = layer.statistics();
  const std::vector<double> energy = outputErrorEnergy(statistics, layer.weight, codes, scales, {0, 6});
  for (Eigen::Index c = 0; c < 6; ++c) {
    const Eigen::VectorXd target = layer.inputs.cast<double>() * layer.weight.row(c).cast<double>().transpose();
    const double expected = layer.outputError(c, codes, scales[static_cast<std::size_t>(c)]);
    EXPECT_NEAR(energy[static_cast<std::size_t>(c)], expected, 1e-4 * expected);
    EXPECT_NEAR(statistics.outputEnergy[static_cast<std::size_t>(c)], target.squaredNorm(),
                1e-5 * target.squaredNorm());
  }
}

}  // namespace
}  // namespace axescope
