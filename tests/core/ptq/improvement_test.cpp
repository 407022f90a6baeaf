// SPDX-License-Identifier: GPL-3.0-or-later
// What each ingredient is for, seen in the output error of a correlated layer.
#include <numeric>

#include <gtest/gtest.h>

#include "core/ptq/quantize_layer.h"
#include "random_layer.h"

namespace axescope {
namespace {

using testing::RandomLayer;
using testing::randomLayer;

class Improvement : public ::testing::Test {
 protected:
  Improvement() {
    std::mt19937 random(21);
    layer_ = randomLayer({.channels = 48, .k = 192, .samples = 1500}, random);
    statistics_ = layer_.statistics();
  }

  double error(LayerOptions options) const {
    options.activations = layer_.quantizer.range();
    const auto matrices = feedback(statistics_, {options.algorithm, false, 0.01}, "layer");
    EXPECT_TRUE(matrices.has_value());
    const auto result = quantizeWeights(layer_.weight, std::nullopt, *matrices, &statistics_, options);
    EXPECT_TRUE(result.has_value());
    const auto sum = [](const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); };
    return std::sqrt(sum(result->errorEnergy) / sum(result->outputEnergy));
  }

  RandomLayer layer_;
  InputStatistics statistics_;
};

TEST_F(Improvement, GreedyMethodsBeatRounding) {
  const double rtn = error({.algorithm = Algorithm::rtn, .constraint = Constraint::none});
  for (const Algorithm algorithm : {Algorithm::gpfq, Algorithm::optq, Algorithm::optqCorrected, Algorithm::qronos}) {
    EXPECT_LT(error({.algorithm = algorithm, .constraint = Constraint::none}), rtn);
  }
}

TEST_F(Improvement, BudgetScalesAndRefinementLowerTheErrorOfATightBudget) {
  for (const Algorithm algorithm : {Algorithm::gpfq, Algorithm::optq, Algorithm::optqCorrected, Algorithm::qronos}) {
    LayerOptions options{.algorithm = algorithm, .innerBits = 14, .tileSize = 64};
    const double published = error(options);
    options.weightScale = WeightScale::budget;
    const double scaled = error(options);
    options.refineSweeps = 6;
    const double refined = error(options);
    EXPECT_LT(scaled, 0.8 * published);
    EXPECT_LE(refined, scaled);
  }
}

TEST_F(Improvement, RefinementNeverRaisesTheError) {
  for (const Constraint constraint : {Constraint::none, Constraint::epInit, Constraint::axe}) {
    for (const Algorithm algorithm : {Algorithm::rtn, Algorithm::gpfq, Algorithm::optq}) {
      LayerOptions options{.algorithm = algorithm, .constraint = constraint, .innerBits = 15, .tileSize = 48};
      const double before = error(options);
      options.refineSweeps = 4;
      EXPECT_LE(error(options), before * (1 + 1e-6));
    }
  }
}

TEST_F(Improvement, TrainingWithinABudgetBeatsTheProjectionItStartsFrom) {
  const auto pairs = {std::pair{Algorithm::a2q, Constraint::epInitA2q}, {Algorithm::a2qPlus, Constraint::epInit}};
  for (const auto& [trained, projection] : pairs) {
    for (const int bits : {14, 16}) {
      LayerOptions options{.algorithm = Algorithm::rtn, .constraint = projection, .innerBits = bits, .tileSize = 64};
      const double projected = error(options);
      options.algorithm = trained;
      EXPECT_LT(error(options), 0.8 * projected) << static_cast<int>(trained) << " at " << bits << " bits";
    }
  }
}

}  // namespace
}  // namespace axescope
