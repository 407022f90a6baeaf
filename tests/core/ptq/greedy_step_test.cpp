// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/greedy_step.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/budget/l1_projection.h"
#include "core/linalg/matrix.h"
#include "core/number/weight_quantizer.h"

namespace axescope {
namespace {

struct Case {
  std::int64_t columns = 0;
  std::int64_t lanes = 0;
  GreedyRule rule;
  std::optional<AxeOptions> axe;
  bool feeds = true;
  bool fedBack = true;
};

// A block's inputs and answers, lanes two strips apart so that strides matter.
struct Block {
  explicit Block(const Case& c, std::mt19937& random)
      : stride(c.lanes + greedyLanes),
        weight(c.columns, stride),
        fedBack(c.columns, stride),
        feedback(mostGreedyColumns, mostGreedyColumns),
        codes(CodeMatrix::Constant(c.columns, stride, 99)),
        errors(MatrixF::Constant(c.columns, stride, 99.0F)) {
    std::normal_distribution<double> normal(0.0, 3.0);
    for (double& value : weight.reshaped()) value = normal(random);
    for (float& value : fedBack.reshaped()) value = static_cast<float>(0.3 * normal(random));
    for (double& value : feedback.reshaped()) value = 0.05 * normal(random);
    for (std::int64_t i = 0; i < c.columns; ++i) {
      dead.push_back(random() % 9 == 0 ? 1 : 0);
      tiles.push_back(c.axe ? c.axe->tiling.tileOf(static_cast<std::int64_t>(random() % 100)) : 0);
    }
  }

  std::int64_t stride;
  MatrixD weight;
  MatrixF fedBack;
  MatrixD feedback;
  CodeMatrix codes;
  MatrixF errors;
  std::vector<std::uint8_t> dead;
  std::vector<std::int64_t> tiles;
};

struct Answer {
  CodeMatrix codes;
  MatrixF errors;
};

// By trying every level; half-step slack clips values half a step short of what a level may be.
double nearestLevel(double shaped, const BudgetLeft& left, const GreedyRule& rule, double slack) {
  double best = 0.0;
  for (const double magnitude : rule.codes.magnitudes()) {
    for (const double level : {-magnitude, magnitude}) {
      if (level > left.up + slack || level < -left.down - slack) continue;
      if (std::abs(shaped - level) < std::abs(shaped - best)) best = level;
    }
  }
  return best;
}

// One channel at a time, with the constraint's own integers.
Answer oneByOne(const Case& c, const Block& block, const std::vector<std::vector<double>>& lambda) {
  Answer answer{block.codes, block.errors};
  for (std::int64_t lane = 0; lane < c.lanes; ++lane) {
    std::vector<TileSums> sums(c.axe ? static_cast<std::size_t>(c.axe->tiling.tiles()) : 0);
    std::vector<double> errors;
    for (std::int64_t i = 0; i < c.columns; ++i) {
      double value = block.weight(i, lane);
      if (c.fedBack) value += static_cast<double>(block.fedBack(i, lane));
      for (std::int64_t j = 0; c.feeds && j < i; ++j)
        value += errors[static_cast<std::size_t>(j)] * block.feedback(i, j);
      double shaped = value;
      double code = 0.0;
      if (block.dead[static_cast<std::size_t>(i)] == 0) {
        const auto tile = static_cast<std::size_t>(block.tiles[static_cast<std::size_t>(i)]);
        if (c.axe && c.axe->soft) shaped = shrink(shaped, lambda[tile][static_cast<std::size_t>(lane)]);
        BudgetLeft left{std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
        if (c.axe && c.axe->strict) {
          left = budgetLeft(sums[tile], *c.axe);
          shaped = std::clamp(shaped, -left.down, left.up);
        }
        if (c.rule.codes.isUniform()) {
          code = std::clamp(roundHalfEven(shaped), static_cast<double>(c.rule.codes.range().low),
                            static_cast<double>(c.rule.codes.range().high));
        } else {
          code = nearestLevel(shaped, left, c.rule, c.axe && c.axe->slack == Slack::half ? 0.5 : 0.0);
        }
        if (c.axe) sums[tile].add(static_cast<std::int64_t>(code));
      }
      double error = block.weight(i, lane) - code;
      if (c.rule.shapedReference) error -= value - shaped;
      errors.push_back(error);
      answer.codes(i, lane) = static_cast<std::int16_t>(code);
      if (c.feeds) answer.errors(i, lane) = static_cast<float>(error);
    }
  }
  return answer;
}

void expectSameBits(const Case& c, std::mt19937& random, const std::string& what) {
  Block block(c, random);
  std::optional<AxeLanes> axe;
  std::vector<std::vector<double>> lambda;
  if (c.axe) {
    axe.emplace(*c.axe, c.lanes);
    const std::int64_t tiles = c.axe->tiling.tiles();
    lambda.assign(static_cast<std::size_t>(tiles), std::vector<double>(static_cast<std::size_t>(c.lanes)));
    for (std::int64_t lane = 0; lane < c.lanes; ++lane) {
      std::vector<double> row(100);
      for (double& value : row) value = static_cast<double>(random() % 1000) / 100.0 - 5.0;
      axe->setThresholds(lane, row);
      for (std::int64_t tile = 0; tile < tiles; ++tile) {
        lambda[static_cast<std::size_t>(tile)][static_cast<std::size_t>(lane)] = axe->lambda(tile)[lane];
      }
    }
  }
  const Answer expected = oneByOne(c, block, lambda);
  chooseCodes({.columns = c.columns,
               .lanes = c.lanes,
               .stride = block.stride,
               .weight = block.weight.data(),
               .fedBack = c.fedBack ? block.fedBack.data() : nullptr,
               .feedback = c.feeds ? block.feedback.data() : nullptr,
               .dead = block.dead,
               .tiles = block.tiles,
               .codes = block.codes.data(),
               .errors = c.feeds ? block.errors.data() : nullptr},
              c.rule, axe ? &*axe : nullptr);
  EXPECT_EQ(block.codes, expected.codes) << what;
  EXPECT_EQ(block.errors, expected.errors) << what;
}

WeightLevels drawLevels(bool uniform, std::mt19937& random) {
  if (uniform) return random() % 2 == 0 ? IntegerRange{-7, 7} : IntegerRange{-128, 127};
  if (random() % 2 == 0)
    return {{2 + static_cast<int>(random() % 4), WeightQuantizer::powerOfTwo}, WeightRange::narrow};
  return {{2 + static_cast<int>(random() % 7), WeightQuantizer::additivePowerOfTwo}, WeightRange::narrow};
}

void expectTheStepOfOneChannelAtATime(bool uniform) {
  std::mt19937 random(11);
  for (int round = 0; round < 300; ++round) {
    Case c{.columns = 1 + static_cast<std::int64_t>(random() % 64),
           .lanes = greedyLanes * (1 + static_cast<std::int64_t>(random() % 5)),
           .rule = {drawLevels(uniform, random), random() % 3 == 0},
           .axe = {},
           .feeds = random() % 4 != 0,
           .fedBack = random() % 4 != 0};
    if (random() % 4 != 0) {
      const IntegerRange activations[] = {{0, 255}, {-128, 127}, {-127, 127}, {0, 15}, {-1, 0}, {0, 65535}};
      c.axe = AxeOptions{.soft = random() % 3 != 0,
                         .strict = random() % 4 != 0,
                         .innerBits = std::array{8, 10, 12, 14, 16, 20, 32, 48, 63}[random() % 9],
                         .tiling = Tiling::of(100, std::array<std::int64_t, 4>{8, 32, 64, 0}[random() % 4]),
                         .activations = activations[random() % 6],
                         .slack = random() % 3 == 0 ? Slack::half : Slack::floor};
    }
    expectSameBits(c, random, "round " + std::to_string(round));
  }
}

TEST(GreedyStep, IsBitForBitTheStepOfOneChannelAtATime) {
  expectTheStepOfOneChannelAtATime(true);
}

TEST(GreedyStep, OfLevelsThatAreNotUniformIsToo) {
  expectTheStepOfOneChannelAtATime(false);
}

}  // namespace
}  // namespace axescope
