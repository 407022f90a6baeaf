// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/axe_constraint.h"

#include <algorithm>
#include <limits>

#include "core/budget/bounds.h"
#include "core/budget/l1_projection.h"
#include "core/budget/value_sum.h"

namespace axescope {

double axeSoftThreshold(std::span<const double> tileWeights, int innerBits, IntegerRange activations) {
  const double all = -std::numeric_limits<double>::infinity();
  const double mean = sumAbove(tileWeights, all).sum / static_cast<double>(tileWeights.size());
  std::vector<double> centred(tileWeights.begin(), tileWeights.end());
  for (double& weight : centred) weight -= mean;
  return softThreshold(centred, a2qPlusBudget(innerBits, activations));
}

BudgetLeft budgetLeft(const TileSums& sums, const AxeOptions& options) {
  const std::int64_t limit = accumulatorLimit(options.innerBits);
  const IntegerRange extremes = sums.extremes(options.activations);
  // Distances to the two ends; a positive code moves them by ν and −μ, a negative one by −μ and ν. An end that
  // activations do not have moves nothing: one-bit signed codes are −1 and 0.
  const std::int64_t above = limit - extremes.high;
  const std::int64_t below = limit + extremes.low;
  const std::int64_t high = options.activations.high;
  const std::int64_t low = -options.activations.low;
  if (options.slack == Slack::floor) {
    std::int64_t up = std::numeric_limits<std::int64_t>::max();
    std::int64_t down = up;
    if (high > 0) {
      up = above / high;
      down = below / high;
    }
    if (low > 0) {
      up = std::min(up, below / low);
      down = std::min(down, above / low);
    }
    return {static_cast<double>(std::max<std::int64_t>(down, 0)), static_cast<double>(std::max<std::int64_t>(up, 0))};
  }
  double up = std::numeric_limits<double>::infinity();
  double down = up;
  if (high > 0) {
    up = static_cast<double>(above) / static_cast<double>(high);
    down = static_cast<double>(below) / static_cast<double>(high);
  }
  if (low > 0) {
    up = std::min(up, static_cast<double>(below) / static_cast<double>(low));
    down = std::min(down, static_cast<double>(above) / static_cast<double>(low));
  }
  constexpr double worstRounding = 0.5;
  return {std::max(down - worstRounding, 0.0), std::max(up - worstRounding, 0.0)};
}

AxeLanes::AxeLanes(const AxeOptions& options, std::int64_t lanes) : options_(options), lanes_(lanes) {
  constexpr int mostExactBits = 52;
  limit_ = static_cast<double>(accumulatorLimit(std::min(options.innerBits, mostExactBits)));
  const auto count = static_cast<std::size_t>(options.tiling.tiles() * lanes);
  positive_.assign(count, 0.0);
  negative_.assign(count, 0.0);
  lambda_.assign(count, 0.0);
}

void AxeLanes::setThresholds(std::int64_t lane, std::span<const double> weights) {
  if (!options_.soft) return;
  const Tiling& tiling = options_.tiling;
  for (std::int64_t tile = 0; tile < tiling.tiles(); ++tile) {
    const auto begin = static_cast<std::size_t>(tiling.begin(tile));
    const auto length = static_cast<std::size_t>(tiling.end(tile)) - begin;
    lambda_[static_cast<std::size_t>(tile * lanes_ + lane)] =
        axeSoftThreshold(weights.subspan(begin, length), options_.innerBits, options_.activations);
  }
}

}  // namespace axescope
