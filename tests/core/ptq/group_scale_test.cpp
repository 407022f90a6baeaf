// SPDX-License-Identifier: GPL-3.0-or-later
// Multiples of scales: how they are chosen, and whole layers with them, under every method and constraint.
#include "core/ptq/group_scale.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "core/ptq/quantize_layer.h"
#include "random_layer.h"

namespace axescope {
namespace {

using testing::RandomLayer;
using testing::randomLayer;

constexpr std::array groupScales{GroupScale::integer, GroupScale::powerOfTwo};

// A layer whose tiles have weights of very different size, some of them none.
RandomLayer unevenLayer(std::int64_t channels, std::int64_t k, std::int64_t tile, std::mt19937& random) {
  RandomLayer layer = randomLayer({.channels = channels, .k = k, .samples = 2 * k}, random);
  std::uniform_real_distribution<float> exponent(-4.0F, 0.0F);
  for (std::int64_t c = 0; c < channels; ++c) {
    for (std::int64_t begin = 0; begin < k; begin += tile) {
      const bool none = random() % 16 == 0;
      layer.weight.row(c).segment(begin, std::min(tile, k - begin)) *= none ? 0.0F : std::exp2(exponent(random));
    }
  }
  return layer;
}

double tileMagnitude(const MatrixF& weight, Eigen::Index c, const Tiling& tiling, std::int64_t t) {
  return static_cast<double>(
      weight.row(c).segment(tiling.begin(t), tiling.end(t) - tiling.begin(t)).cwiseAbs().maxCoeff());
}

TEST(GroupScale, EachTileHasTheLeastMultipleThatClipsNothing) {
  std::mt19937 random(91);
  const RandomLayer layer = unevenLayer(40, 70, 8, random);
  const Tiling tiling = Tiling::of(70, 8);
  for (const GroupScale groups : groupScales) {
    const bool shifts = groups == GroupScale::powerOfTwo;
    const std::int64_t most = shifts ? 8 : 15;
    const GroupedScales grouped =
        groupedScales(layer.weight, weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax, groups, tiling);
    EXPECT_EQ(grouped.multipliers.largest(), most);
    for (Eigen::Index c = 0; c < 40; ++c) {
      const double end = 7.0 * grouped.scales[static_cast<std::size_t>(c)];
      const auto multipliers = grouped.multipliers.ofTiles(c);
      // A common divisor of all multipliers has gone into the scale.
      const bool whole = *std::ranges::max_element(multipliers) == most;
      std::int64_t common = 0;
      for (std::int64_t t = 0; t < tiling.tiles(); ++t) {
        const double magnitude = tileMagnitude(layer.weight, c, tiling, t);
        const std::int64_t m = multipliers[static_cast<std::size_t>(t)];
        EXPECT_TRUE(!shifts || (m & (m - 1)) == 0) << m;
        if (magnitude == 0.0) {
          EXPECT_EQ(m, 1);
          continue;
        }
        common = std::gcd(common, m);
        constexpr double rounding = 1e-12;
        EXPECT_LE(magnitude, end * static_cast<double>(m) * (1.0 + rounding));
        const std::int64_t less = shifts ? m / 2 : m - 1;
        if (whole) {
          EXPECT_GT(magnitude, end * static_cast<double>(less) * (1.0 - rounding));
        }
      }
      EXPECT_EQ(common, 1);
    }
  }
}

TEST(GroupScale, OneTileOrNoneAskedForAreScalesOfChannels) {
  std::mt19937 random(92);
  const RandomLayer layer = unevenLayer(9, 40, 8, random);
  for (const WeightScaleRule rule : {WeightScaleRule::absmax, WeightScaleRule::mse}) {
    const std::vector<double> scales = weightScales(layer.weight, weightCodeRange(3, WeightRange::full), rule);
    const auto expectPlain = [&](GroupScale groups, std::int64_t tile) {
      const GroupedScales grouped =
          groupedScales(layer.weight, weightCodeRange(3, WeightRange::full), rule, groups, Tiling::of(40, tile));
      EXPECT_TRUE(grouped.multipliers.allOnes());
      EXPECT_EQ(grouped.scales, scales);
    };
    expectPlain(GroupScale::off, 8);
    for (const GroupScale groups : groupScales) expectPlain(groups, 0);
  }
}

TEST(GroupScale, TilesAsLargeAsEachOtherNeedNoMultipliers) {
  const MatrixF weight{{0.5F, -1.0F, 1.0F, 0.25F}, {2.0F, 1.0F, -2.0F, 1.0F}};
  for (const GroupScale groups : groupScales) {
    const GroupedScales grouped = groupedScales(weight, weightCodeRange(4, WeightRange::narrow),
                                                WeightScaleRule::absmax, groups, Tiling::of(4, 2));
    EXPECT_TRUE(grouped.multipliers.allOnes());
    EXPECT_EQ(grouped.scales, weightScales(weight, weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax));
  }
}

// The squared error of the rule over the same thresholds, one weight at a time.
TEST(GroupScale, TheMseRuleSearchesTheScaleWithItsMultipliers) {
  std::mt19937 random(93);
  const RandomLayer layer = unevenLayer(20, 50, 16, random);
  const Tiling tiling = Tiling::of(50, 16);
  const auto start = groupedScales(layer.weight, weightCodeRange(3, WeightRange::narrow), WeightScaleRule::absmax,
                                   GroupScale::integer, tiling);
  const auto found = groupedScales(layer.weight, weightCodeRange(3, WeightRange::narrow), WeightScaleRule::mse,
                                   GroupScale::integer, tiling);
  EXPECT_EQ(found.multipliers, start.multipliers);
  EXPECT_NE(found.scales, start.scales);
  for (Eigen::Index c = 0; c < 20; ++c) {
    const auto at = static_cast<std::size_t>(c);
    const auto error = [&](double scale) {
      double sum = 0.0;
      for (Eigen::Index k = 0; k < 50; ++k) {
        const double unit = scale * static_cast<double>(start.multipliers.ofColumn(c, k));
        const auto w = static_cast<double>(layer.weight(c, k));
        sum += std::pow(w - unit * std::clamp(std::nearbyint(w / unit), -3.0, 3.0), 2);
      }
      return sum;
    };
    for (int step = 2; step <= 20; ++step) {
      EXPECT_LE(error(found.scales[at]), error(start.scales[at] * step / 20) * (1.0 + 1e-12));
    }
  }
}

Result<QuantizedWeights> quantize(const RandomLayer& layer, LayerOptions options) {
  const InputStatistics statistics = layer.statistics();
  options.activations = layer.quantizer.range();
  const auto matrices = feedback(statistics, {options.algorithm, true, 0.01}, "layer");
  return quantizeWeights(layer.weight, std::nullopt, *matrices, &statistics, options);
}

std::vector<LayerOptions> manyOptions() {
  std::vector<LayerOptions> all;
  for (const Algorithm algorithm :
       {Algorithm::rtn, Algorithm::gpfq, Algorithm::optq, Algorithm::optqCorrected, Algorithm::qronos}) {
    for (const Constraint constraint : {Constraint::none, Constraint::epInit, Constraint::epInitA2q,
                                        Constraint::axeStrict, Constraint::axe, Constraint::axeInputs}) {
      for (const WeightScale scale : {WeightScale::absmax, WeightScale::mse, WeightScale::budget}) {
        for (const int sweeps : {0, 3}) {
          all.push_back({.algorithm = algorithm,
                         .constraint = constraint,
                         .weightScale = scale,
                         .innerBits = 13,
                         .refineSweeps = sweeps});
        }
      }
    }
  }
  return all;
}

TEST(GroupScale, OneTileGivesWhatOffGives) {
  std::mt19937 random(94);
  const RandomLayer layer = unevenLayer(6, 40, 8, random);
  for (LayerOptions options : manyOptions()) {
    const auto off = quantize(layer, options);
    ASSERT_TRUE(off) << off.error().line();
    for (const GroupScale groups : groupScales) {
      options.groupScale = groups;
      const auto one = quantize(layer, options);
      ASSERT_TRUE(one) << one.error().line();
      EXPECT_TRUE(one->multipliers.allOnes());
      EXPECT_EQ(one->codes, off->codes);
      EXPECT_EQ(one->scales, off->scales);
      EXPECT_EQ(one->errorEnergy, off->errorEnergy);
    }
  }
}

TEST(GroupScale, EveryMethodKeepsItsBudgetAndTellsItsTrueError) {
  std::mt19937 random(95);
  const RandomLayer layer = unevenLayer(6, 44, 8, random);
  for (LayerOptions options : manyOptions()) {
    options.tileSize = 8;
    options.innerBits = 12;
    options.groupScale = groupScales[random() % groupScales.size()];
    SCOPED_TRACE("algorithm " + std::to_string(static_cast<int>(options.algorithm)) + " constraint " +
                 std::to_string(static_cast<int>(options.constraint)) + " scale " +
                 std::to_string(static_cast<int>(options.weightScale)));
    const auto result = quantize(layer, options);
    ASSERT_TRUE(result) << result.error().line();
    EXPECT_FALSE(result->multipliers.allOnes());
    if (promisesCertificate(options)) {
      const Certificate certificate(result->codes, Tiling::of(44, 8), layer.quantizer.range(), options.innerBits, 0);
      EXPECT_TRUE(certificate.guaranteed());
    }
    const ChannelUnitCodes units(result->codes, result->multipliers);
    for (Eigen::Index c = 0; c < 6; ++c) {
      const auto at = static_cast<std::size_t>(c);
      const double error = layer.outputError(c, units.codes(), result->scales[at]);
      EXPECT_NEAR(result->errorEnergy[at], error, 1e-4 * error + 1e-6 * result->outputEnergy[at]);
    }
  }
}

TEST(GroupScale, UnevenTilesHaveLessErrorWhereTheAccumulatorIsWide) {
  std::mt19937 random(96);
  const RandomLayer layer = unevenLayer(16, 128, 16, random);
  const auto error = [&](GroupScale groups) {
    const auto result =
        quantize(layer, {.constraint = Constraint::none, .weightBits = 3, .groupScale = groups, .tileSize = 16});
    return std::accumulate(result->errorEnergy.begin(), result->errorEnergy.end(), 0.0);
  };
  const double off = error(GroupScale::off);
  EXPECT_LT(error(GroupScale::integer), 0.8 * off);
  EXPECT_LT(error(GroupScale::powerOfTwo), 0.8 * off);
}

}  // namespace
}  // namespace axescope
