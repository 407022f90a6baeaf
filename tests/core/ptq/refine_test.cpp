// SPDX-License-Identifier: GPL-3.0-or-later
// Refinement against brute force: where it stops, no single code can be changed for the better.
#include "core/ptq/refine.h"

#include <gtest/gtest.h>

#include "core/number/weight_quantizer.h"
#include "random_layer.h"

namespace axescope {
namespace {

using testing::RandomLayer;
using testing::randomLayer;

constexpr IntegerRange codeRange{-7, 7};
constexpr int untilNothingChanges = 1000;

// ‖w X − q̂ X̃‖² of one channel.
double outputError(const RandomLayer& layer, Eigen::Index channel, const CodeMatrix& codes,
                   const TileMultipliers& multipliers, double scale) {
  return layer.outputError(channel, ChannelUnitCodes(codes, multipliers).codes(), scale);
}

TileMultipliers drawMultipliers(std::int64_t channels, const Tiling& tiling, std::mt19937& random) {
  CodeMatrix values(channels, tiling.tiles());
  for (std::int16_t& m : values.reshaped()) m = static_cast<std::int16_t>(1 + random() % 3);
  return {tiling, values};
}

// The least error that any change of one code of this channel reaches, within the code range and the budget.
double leastErrorOneChangeAway(const RandomLayer& layer, CodeMatrix codes, const TileMultipliers& multipliers,
                               Eigen::Index channel, double scale, const AxeOptions* strict,
                               const WeightLevels& levels) {
  double least = std::numeric_limits<double>::infinity();
  for (Eigen::Index k = 0; k < codes.cols(); ++k) {
    const std::int16_t kept = codes(channel, k);
    for (std::int64_t code = levels.range().low; code <= levels.range().high; ++code) {
      if (code == kept || !levels.contains(code)) continue;
      codes(channel, k) = static_cast<std::int16_t>(code);
      const CodeMatrix row = codes.row(channel);
      if (strict != nullptr &&
          !Certificate(row, strict->tiling, strict->activations, strict->innerBits, 0).guaranteed()) {
        continue;
      }
      least = std::min(least, outputError(layer, channel, codes, multipliers, scale));
    }
    codes(channel, k) = kept;
  }
  return least;
}

// Scales a few times larger leave more of the outer levels unused, as budgets do.
void expectNoBetterCode(const WeightLevels& levels, double scaleMultiple) {
  std::mt19937 random(31);
  int improved = 0;
  int rows = 0;
  for (int round = 0; round < 60; ++round) {
    const auto encoding = round % 2 == 0 ? ActivationEncoding::asymmetric : ActivationEncoding::centred;
    const std::int64_t k = 6 + round % 9;
    const RandomLayer layer = randomLayer(
        {.channels = 3, .k = k, .samples = 60, .activationBits = 6, .encoding = encoding, .deadInputs = round % 5 == 0},
        random);
    const AxeOptions axe{
        .innerBits = 9 + round % 3, .tiling = Tiling::of(k, 4), .activations = layer.quantizer.range()};
    const AxeOptions* strict = round % 3 == 0 ? nullptr : &axe;
    std::vector<double> scales = weightScales(layer.weight, levels, WeightScaleRule::absmax);
    for (double& scale : scales) scale *= scaleMultiple;
    const CodeMatrix start = CodeMatrix::Zero(3, k);  // fits every budget
    CodeMatrix codes = start;
    const TileMultipliers multipliers = round % 4 < 2 ? TileMultipliers() : drawMultipliers(3, axe.tiling, random);
    RefineOptions options{levels, strict, untilNothingChanges, false, multipliers};
    refine(layer.weight, layer.statistics(), {0, 3}, options, scales, codes);
    CodeMatrix once = start;
    options.sweeps = 1;
    refine(layer.weight, layer.statistics(), {0, 3}, options, scales, once);
    if (strict != nullptr) {
      EXPECT_TRUE(Certificate(codes, axe.tiling, axe.activations, axe.innerBits, 0).guaranteed());
    }
    for (Eigen::Index c = 0; c < 3; ++c) {
      const double scale = scales[static_cast<std::size_t>(c)];
      const double before = outputError(layer, c, start, multipliers, scale);
      const double afterOne = outputError(layer, c, once, multipliers, scale);
      const double after = outputError(layer, c, codes, multipliers, scale);
      EXPECT_LE(afterOne, before);
      EXPECT_LE(after, afterOne * (1 + 1e-6));
      if (leastErrorOneChangeAway(layer, start, multipliers, c, scale, strict, levels) < 0.999 * before) {
        EXPECT_LT(afterOne, before) << "round " << round << " channel " << c;
        ++improved;
      }
      EXPECT_GE(leastErrorOneChangeAway(layer, codes, multipliers, c, scale, strict, levels), after * (1 - 1e-5))
          << "round " << round << " channel " << c;
      ++rows;
    }
  }
  EXPECT_GT(improved, rows / 2);
}

WeightLevels fourBitLevels(WeightQuantizer quantizer) {
  return {{4, quantizer}, WeightRange::narrow};
}

TEST(Refine, StopsWhereNoSingleCodeWithinTheBudgetLowersTheError) {
  expectNoBetterCode(codeRange, 1.0);
}

TEST(Refine, StopsThereTooWhereLevelsAreNotUniform) {
  expectNoBetterCode(fourBitLevels(WeightQuantizer::powerOfTwo), 8.0);
  expectNoBetterCode(fourBitLevels(WeightQuantizer::additivePowerOfTwo), 1.5);
}

// A step of code i to the next level that would help and that the budget forbids, with a step towards zero of code j in
// the same tile that makes room for it.
double leastErrorOneTradeAway(const RandomLayer& layer, CodeMatrix codes, const TileMultipliers& multipliers,
                              Eigen::Index channel, double scale, const AxeOptions& strict,
                              const WeightLevels& levels) {
  double least = std::numeric_limits<double>::infinity();
  const double now = outputError(layer, channel, codes, multipliers, scale);
  for (Eigen::Index i = 0; i < codes.cols(); ++i) {
    for (Eigen::Index j = 0; j < codes.cols(); ++j) {
      if (i == j || codes(channel, j) == 0 || strict.tiling.tileOf(i) != strict.tiling.tileOf(j)) continue;
      for (const int step : {-1, 1}) {
        CodeMatrix row = codes.row(channel);
        row(0, i) = static_cast<std::int16_t>(levels.neighbour(row(0, i), step));
        if (row(0, i) == codes(channel, i)) continue;
        CodeMatrix alone = codes;
        alone.row(channel) = row;
        if (outputError(layer, channel, alone, multipliers, scale) >= now) continue;
        const bool blocked = !Certificate(row, strict.tiling, strict.activations, strict.innerBits, 0).guaranteed();
        row(0, j) = static_cast<std::int16_t>(levels.neighbour(row(0, j), row(0, j) > 0 ? -1 : 1));
        if (!blocked) continue;
        if (!Certificate(row, strict.tiling, strict.activations, strict.innerBits, 0).guaranteed()) continue;
        CodeMatrix all = codes;
        all.row(channel) = row;
        least = std::min(least, outputError(layer, channel, all, multipliers, scale));
      }
    }
  }
  return least;
}

void expectNoBetterTrade(const WeightLevels& levels, double scaleMultiple) {
  std::mt19937 random(33);
  int traded = 0;
  for (int round = 0; round < 30; ++round) {
    const auto encoding = round % 2 == 0 ? ActivationEncoding::asymmetric : ActivationEncoding::centred;
    const RandomLayer layer =
        randomLayer({.channels = 3, .k = 12, .samples = 80, .activationBits = 6, .encoding = encoding}, random);
    const AxeOptions axe{.innerBits = 10, .tiling = Tiling::of(12, 6), .activations = layer.quantizer.range()};
    std::vector<double> scales = weightScales(layer.weight, levels, WeightScaleRule::absmax);
    for (double& scale : scales) scale *= scaleMultiple;
    CodeMatrix codes = CodeMatrix::Zero(3, 12);
    const TileMultipliers multipliers = round % 4 < 2 ? TileMultipliers() : drawMultipliers(3, axe.tiling, random);
    refine(layer.weight, layer.statistics(), {0, 3}, {levels, &axe, untilNothingChanges, false, multipliers}, scales,
           codes);
    for (Eigen::Index c = 0; c < 3; ++c) {
      const double scale = scales[static_cast<std::size_t>(c)];
      const double best = leastErrorOneTradeAway(layer, codes, multipliers, c, scale, axe, levels);
      EXPECT_GE(best, outputError(layer, c, codes, multipliers, scale) * (1 - 1e-5))
          << "round " << round << " channel " << c;
      if (std::isfinite(best)) ++traded;
    }
  }
  EXPECT_GT(traded, 30) << "budgets that bind";
}

TEST(Refine, StopsWhereNoTradeWithinATileLowersTheError) {
  expectNoBetterTrade(codeRange, 1.0);
}

TEST(Refine, TradesStepsBetweenLevelsThatAreNotUniform) {
  expectNoBetterTrade(fourBitLevels(WeightQuantizer::powerOfTwo), 8.0);
  expectNoBetterTrade(fourBitLevels(WeightQuantizer::additivePowerOfTwo), 1.5);
}

TEST(Refine, RefittedScalesAreTheBestForTheirCodes) {
  std::mt19937 random(34);
  const RandomLayer layer = randomLayer({.channels = 6, .k = 40, .samples = 300}, random);
  const AxeOptions axe{.innerBits = 13, .tiling = Tiling::of(40, 20), .activations = layer.quantizer.range()};
  const std::vector<double> given =
      weightScales(layer.weight, weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax);
  std::vector<double> kept = given;
  std::vector<double> fitted = given;
  CodeMatrix frozen = CodeMatrix::Zero(6, 40);
  CodeMatrix codes = frozen;
  refine(layer.weight, layer.statistics(), {0, 6}, {codeRange, &axe, untilNothingChanges, false}, kept, frozen);
  refine(layer.weight, layer.statistics(), {0, 6}, {codeRange, &axe, untilNothingChanges, true}, fitted, codes);
  EXPECT_EQ(kept, given);
  for (Eigen::Index c = 0; c < 6; ++c) {
    const double scale = fitted[static_cast<std::size_t>(c)];
    const double error = layer.outputError(c, codes, scale);
    EXPECT_LT(error, layer.outputError(c, frozen, given[static_cast<std::size_t>(c)])) << "channel " << c;
    for (const double other : {0.99, 1.01}) {
      EXPECT_GT(layer.outputError(c, codes, other * scale), error) << "channel " << c << " times " << other;
    }
  }
}

TEST(Refine, LowersTheErrorOfRoundedCodes) {
  std::mt19937 random(32);
  const RandomLayer layer = randomLayer({.channels = 12, .k = 100, .samples = 600}, random);
  std::vector<double> scales =
      weightScales(layer.weight, weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax);
  CodeMatrix codes(12, 100);
  for (Eigen::Index c = 0; c < 12; ++c) {
    for (Eigen::Index k = 0; k < 100; ++k) {
      codes(c, k) = static_cast<std::int16_t>(
          roundHalfEven(static_cast<double>(layer.weight(c, k)) / scales[static_cast<std::size_t>(c)]));
    }
  }
  const CodeMatrix rounded = codes;
  refine(layer.weight, layer.statistics(), {0, 12}, {codeRange, nullptr, untilNothingChanges}, scales, codes);
  for (Eigen::Index c = 0; c < 12; ++c) {
    const double scale = scales[static_cast<std::size_t>(c)];
    EXPECT_LT(layer.outputError(c, codes, scale), 0.9 * layer.outputError(c, rounded, scale)) << "channel " << c;
  }
}

}  // namespace
}  // namespace axescope
