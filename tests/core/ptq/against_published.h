// SPDX-License-Identifier: GPL-3.0-or-later
// Budget-aware scales with refinement beside AXE as published, on one correlated W4A8-sized layer.
#pragma once

#include <array>
#include <cmath>
#include <numeric>

#include <gtest/gtest.h>

#include "core/ptq/quantize_layer.h"
#include "random_layer.h"

namespace axescope::testing {

class AgainstPublished {
 public:
  static constexpr std::array algorithms{Algorithm::gpfq, Algorithm::optq, Algorithm::optqCorrected};

  explicit AgainstPublished(std::int64_t channels = 256) {
    std::mt19937 random(77);
    layer_ = randomLayer({.channels = channels, .k = 512, .samples = 2048}, random);
    statistics_ = layer_.statistics();
    for (const Algorithm algorithm : algorithms)
      feedback_.push_back(*feedback(statistics_, {algorithm, false, 0.01}, "layer"));
  }

  /// --error-reference shaped --slack half --weight-scale absmax
  double published(std::size_t algorithm, int innerBits, std::int64_t tileSize, int weightBits) const {
    return error(algorithm, {.weightBits = weightBits,
                             .innerBits = innerBits,
                             .tileSize = tileSize,
                             .errorReference = ErrorReference::shaped,
                             .slack = Slack::half});
  }

  /// --weight-scale budget --refine 8
  double ours(std::size_t algorithm, int innerBits, std::int64_t tileSize, int weightBits,
              Constraint constraint) const {
    return error(algorithm, {.constraint = constraint,
                             .weightBits = weightBits,
                             .weightScale = WeightScale::budget,
                             .innerBits = innerBits,
                             .tileSize = tileSize,
                             .refineSweeps = 8});
  }

 private:
  // Relative output error; quantizeWeights has checked the certificate, and it is checked once more.
  double error(std::size_t algorithm, LayerOptions options) const {
    options.algorithm = algorithms[algorithm];
    options.activations = layer_.quantizer.range();
    const auto result = quantizeWeights(layer_.weight, std::nullopt, feedback_[algorithm], &statistics_, options);
    if (!result) {
      ADD_FAILURE() << result.error().found;
      return 1.0;
    }
    const Tiling tiling = Tiling::of(layer_.weight.cols(), options.tileSize);
    EXPECT_TRUE(Certificate(result->codes, tiling, options.activations, options.innerBits, 0).guaranteed());
    const auto sum = [](const std::vector<double>& v) { return std::accumulate(v.begin(), v.end(), 0.0); };
    return std::sqrt(sum(result->errorEnergy) / sum(result->outputEnergy));
  }

  RandomLayer layer_;
  InputStatistics statistics_;
  std::vector<Feedback> feedback_;
};

}  // namespace axescope::testing
