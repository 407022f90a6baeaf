// SPDX-License-Identifier: GPL-3.0-or-later
// What is measured must be the work it is called: AXE has to cut, and numbers are the same everywhere.
#include "core/bench/synthetic_layer.h"

#include <gtest/gtest.h>

#include "core/budget/certificate.h"
#include "core/number/weight_quantizer.h"

namespace axescope::bench {
namespace {

TEST(SyntheticLayer, HoldsTheSameNumbersOnEveryMachine) {
  Noise noise(1);
  EXPECT_EQ(noise.bits(), 0x910A2DEC89025CC1U);
  const MatrixF values = Noise(1).matrix(100, 100);
  EXPECT_GE(values.minCoeff(), -1.0F);
  EXPECT_LT(values.maxCoeff(), 1.0F);
  EXPECT_NEAR(values.mean(), 0.0F, 0.03F);
  const CodeMatrix codes = Noise(2).codes(100, 100, {-7, 7});
  EXPECT_EQ(codes.minCoeff(), -7);
  EXPECT_EQ(codes.maxCoeff(), 7);
}

TEST(SyntheticLayer, FillsMostTilesBeyondSixteenBits) {
  const MatrixF weight = syntheticWeights(32, 2048);
  const auto scales = weightScales(weight, weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax);
  CodeMatrix codes(weight.rows(), weight.cols());
  for (Eigen::Index row = 0; row < weight.rows(); ++row) {
    for (Eigen::Index column = 0; column < weight.cols(); ++column) {
      const double value = static_cast<double>(weight(row, column)) / scales[static_cast<std::size_t>(row)];
      codes(row, column) = static_cast<std::int16_t>(roundHalfEven(value));
    }
  }
  const Certificate certificate(codes, Tiling::of(weight.cols(), 128), {0, 255}, 16, 0);
  std::int64_t beyond = 0;
  for (std::int64_t channel = 0; channel < certificate.channels(); ++channel) {
    for (std::int64_t tile = 0; tile < certificate.tiling().tiles(); ++tile) {
      beyond += certificate.innerGuaranteed(channel, tile) ? 0 : 1;
    }
  }
  EXPECT_GT(beyond, certificate.channels() * certificate.tiling().tiles() * 9 / 10);
}

TEST(SyntheticLayer, GathersStatisticsOfAllItsSamples) {
  const InputStatistics statistics = gather(syntheticWeights(4, 64), syntheticInputs(100, 64));
  EXPECT_EQ(statistics.samples, 100);
  EXPECT_GT(statistics.s.diagonal().minCoeff(), 0.0);
}

}  // namespace
}  // namespace axescope::bench
