// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/gaussian_tail.h"

#include <cmath>
#include <random>

#include <gtest/gtest.h>

#include "emulated_layer.h"

namespace axescope {
namespace {

TEST(GaussianTail, AgreesWithSampledGaussians) {
  std::mt19937 generator(227);
  constexpr int samples = 200000;
  for (const auto& [mean, deviation, limit] :
       {std::array{0.0, 1.0, 1.0}, {3.0, 2.0, 4.0}, {-30.0, 10.0, 40.0}, {50.0, 10.0, 40.0}, {0.0, 5.0, 0.0}}) {
    std::normal_distribution<double> gaussian(mean, deviation);
    int outside = 0;
    for (int i = 0; i < samples; ++i) outside += std::abs(gaussian(generator)) > limit ? 1 : 0;
    const double estimate = gaussianTail(mean, deviation * deviation, limit);
    const double noise = std::sqrt(estimate * (1.0 - estimate) / samples);
    EXPECT_NEAR(estimate, static_cast<double>(outside) / samples, 4.0 * noise + 1e-12) << mean;
  }
}

TEST(GaussianTail, KeepsItsPrecisionFarOut) {
  // Q(10) = 7.6198530241605e-24, on either side and on both.
  EXPECT_NEAR(gaussianTail(0.0, 1.0, 10.0) / (2 * 7.6198530241605e-24), 1.0, 1e-10);
  EXPECT_NEAR(gaussianTail(5.0, 1.0, 15.0) / 7.6198530241605e-24, 1.0, 1e-10);
  EXPECT_DOUBLE_EQ(gaussianTail(-5.0, 1.0, 15.0), gaussianTail(5.0, 1.0, 15.0));
}

TEST(GaussianTail, WithoutVarianceTheMeanDecides) {
  EXPECT_EQ(gaussianTail(7.0, 0.0, 7.0), 0.0);
  EXPECT_EQ(gaussianTail(-8.0, 0.0, 7.0), 1.0);
}

// Codes (−1, 1, …) of tiles of `length`, proven in none of them at 8 bits.
Certificate certificateOf(std::int64_t k, std::int64_t length) {
  CodeMatrix codes(1, k);
  for (Eigen::Index i = 0; i < k; ++i) codes(0, i) = static_cast<std::int16_t>(i % 2 == 0 ? -1 : 1);
  return {codes, Tiling::of(k, length), {0, 255}, 8, 0};
}

TEST(EstimatedOverflow, CombinesTilesAsIndependent) {
  const Certificate certificate = certificateOf(4, 2);
  OverflowDistribution distribution;
  distribution.tiles.resize(2);
  for (const std::int64_t sum : {-100, 100}) distribution.tiles[0].add(sum);
  for (const std::int64_t sum : {-50, 150}) distribution.tiles[1].add(sum);
  const double first = gaussianTail(0.0, 10000.0, 127.0);
  const double second = gaussianTail(50.0, 10000.0, 127.0);
  EXPECT_NEAR(estimatedOverflow(distribution, 2, certificate, 0), 1.0 - (1.0 - first) * (1.0 - second), 1e-15);
  EXPECT_EQ(estimatedOverflow({}, 2, certificate, 0), 0.0);
  EXPECT_EQ(estimatedOverflow(distribution, 0, certificate, 0), 0.0);
}

TEST(EstimatedOverflow, SureOverflowIsOneAndProvenTilesAddNothing) {
  OverflowDistribution distribution;
  distribution.tiles.resize(1);
  for (int i = 0; i < 3; ++i) distribution.tiles[0].add(1000);
  EXPECT_EQ(estimatedOverflow(distribution, 3, certificateOf(2, 2), 0), 1.0);
  const CodeMatrix zeros = CodeMatrix::Zero(1, 2);
  EXPECT_EQ(estimatedOverflow(distribution, 3, Certificate(zeros, Tiling::of(2, 2), {0, 255}, 8, 0), 0), 0.0);
}

// Sums of 64 independent products are close to Gaussian, and so is the measured rate to the estimate.
TEST(EstimatedOverflow, IsCloseToTheMeasuredPersistentRate) {
  std::mt19937 generator(229);
  for (const int innerBits : {13, 14, 15}) {
    const IntegerRange activations{0, 255};
    const EmulatedLayer layer{.codes = drawCodes(12, 256, {-7, 7}, generator),
                              .activations = activations,
                              .datapath = {.innerBits = innerBits, .outerBits = 0, .tileSize = 64},
                              .samples = drawCodes(4000, 256, activations, generator),
                              .type = CodeView::Type::u8};
    const LayerEmulator emulator = makeEmulator(layer);
    OverflowStatistics statistics = OverflowStatistics::withDistributions(256, 12);
    runEmulator<std::int64_t>(emulator, layer, &statistics);
    double estimate = 0.0;
    for (std::size_t c = 0; c < 12; ++c) {
      const auto measured = static_cast<double>(statistics.channels[c].persistent) / 4000.0;
      const double estimated =
          estimatedOverflow(statistics.distributions[c], 4000, emulator.certificate(), static_cast<std::int64_t>(c));
      EXPECT_NEAR(estimated, measured, 0.03) << innerBits << " bits, channel " << c;
      estimate += estimated / 12.0;
    }
    EXPECT_NEAR(estimate, static_cast<double>(statistics.total().persistent) / (12.0 * 4000.0), 0.01) << innerBits;
    EXPECT_GT(estimate, 0.0);
  }
}

}  // namespace
}  // namespace axescope
