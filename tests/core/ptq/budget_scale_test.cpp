// SPDX-License-Identifier: GPL-3.0-or-later
// The scale search against one run for each multiple and errors from the samples themselves.
#include "core/ptq/budget_scale.h"

#include <gtest/gtest.h>

#include "core/ptq/quantize_layer.h"
#include "random_layer.h"

namespace axescope {
namespace {

using testing::RandomLayer;
using testing::randomLayer;

// More channels than are searched at once; channel 5 is zero, so that all its multiples are equally good.
RandomLayer wideLayer() {
  std::mt19937 random(51);
  RandomLayer layer = randomLayer({.channels = 150, .k = 70, .samples = 400}, random);
  layer.weight.row(5).setZero();
  return layer;
}

// The search repeated by hand: one run for each multiple of each round, errors from the samples themselves.
void expectBestOfAllMultiples(const RandomLayer& layer, LayerOptions options, const InputStatistics* statistics) {
  options.activations = layer.quantizer.range();
  const Feedback matrices = statistics == nullptr ? rtnFeedback(layer.weight.cols())
                                                  : *feedback(*statistics, {options.algorithm, false, 0.01}, "layer");
  const auto quantize = [&](const std::optional<std::vector<double>>& given, WeightScale weightScale) {
    options.weightScale = weightScale;
    return *quantizeWeights(layer.weight, given, matrices, statistics, options);
  };
  const auto errorOf = [&](const QuantizedWeights& run, Eigen::Index c) {
    const double scale = run.scales[static_cast<std::size_t>(c)];
    if (statistics != nullptr) return layer.outputError(c, run.codes, scale);
    return (layer.weight.row(c).cast<double>() - scale * run.codes.row(c).cast<double>()).squaredNorm();
  };
  const QuantizedWeights found = quantize(std::nullopt, WeightScale::budget);
  const std::vector<double> absmax =
      weightScales(layer.weight, weightCodeRange(options.weightBits, options.weightRange), WeightScaleRule::absmax);
  std::vector<double> best = absmax;
  CodeMatrix codes(layer.weight.rows(), layer.weight.cols());
  for (const SearchRound& round : scaleSearchRounds()) {
    std::vector<QuantizedWeights> runs;
    for (const double multiple : round.multiples) {
      std::vector<double> given = best;
      for (double& scale : given) scale *= multiple;
      runs.push_back(quantize(given, WeightScale::absmax));
    }
    for (Eigen::Index c = 0; c < layer.weight.rows(); ++c) {
      const QuantizedWeights* chosen = &runs.front();
      for (const QuantizedWeights& run : runs) {
        // Errors from statistics have float32 products in them: a lead smaller than that is a tie.
        if (errorOf(run, c) < errorOf(*chosen, c) * (1 - 1e-5)) chosen = &run;
      }
      best[static_cast<std::size_t>(c)] = chosen->scales[static_cast<std::size_t>(c)];
      codes.row(c) = chosen->codes.row(c);
    }
  }
  std::size_t moved = 0;
  for (Eigen::Index c = 0; c < layer.weight.rows(); ++c) {
    const auto index = static_cast<std::size_t>(c);
    ASSERT_EQ(found.scales[index], best[index]) << "channel " << c;
    ASSERT_EQ(found.codes.row(c), codes.row(c)) << "channel " << c;
    EXPECT_NEAR(found.errorEnergy[index], errorOf(found, c), 1e-4 * errorOf(found, c));
    if (best[index] != absmax[index]) ++moved;
  }
  EXPECT_GT(moved, 100U) << "nearly every channel of a tight budget wants another scale";
  double smallest = absmax[5];
  for (const SearchRound& round : scaleSearchRounds()) smallest *= round.multiples.front();
  EXPECT_EQ(found.scales[5], smallest) << "ties keep the smaller multiple";
}

TEST(BudgetScale, KeepsForEachChannelTheMultipleOfLeastOutputError) {
  const RandomLayer layer = wideLayer();
  const InputStatistics statistics = layer.statistics();
  for (const Algorithm algorithm : {Algorithm::rtn, Algorithm::gpfq, Algorithm::optq}) {
    expectBestOfAllMultiples(layer, {.algorithm = algorithm, .innerBits = 13, .tileSize = 32}, &statistics);
  }
}

TEST(BudgetScale, WithoutInputsKeepsTheMultipleOfLeastWeightError) {
  expectBestOfAllMultiples(wideLayer(), {.algorithm = Algorithm::rtn, .innerBits = 13, .tileSize = 32}, nullptr);
}

TEST(BudgetScale, NeverHoldsAllMultiplesOfAWideLayerAtOnce) {
  const MatrixF weight = MatrixF::Ones(1000, 3);
  Eigen::Index most = 0;
  Eigen::Index all = 0;
  Eigen::Index expected = 0;
  for (const SearchRound& round : scaleSearchRounds())
    expected += 1000 * static_cast<Eigen::Index>(round.multiples.size());
  const QuantizeRows quantize = [&](const MatrixF& rows, const MatrixF&, std::vector<double>&, ChannelRows of,
                                    const SearchEffort&) {
    EXPECT_EQ(rows.rows() % of.channels, 0);
    most = std::max(most, rows.rows());
    all += rows.rows();
    return CodeMatrix(CodeMatrix::Ones(rows.rows(), rows.cols()));
  };
  searchScales(weight, weight, std::vector<double>(1000, 1.0), {}, nullptr, scaleSearchRounds(), quantize);
  EXPECT_LE(most, 256 * 10);
  EXPECT_EQ(all, expected);
}

}  // namespace
}  // namespace axescope
