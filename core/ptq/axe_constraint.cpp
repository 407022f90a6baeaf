// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/axe_constraint.h"

#include <algorithm>
#include <limits>

#include "core/budget/bounds.h"
#include "core/budget/l1_projection.h"

namespace axescope {

double axeSoftThreshold(std::span<const double> tileWeights, int innerBits, IntegerRange activations) {
  double mean = 0.0;
  for (const double weight : tileWeights) mean += weight;
  mean /= static_cast<double>(tileWeights.size());
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

AxeConstraint::AxeConstraint(const AxeOptions& options, const MatrixD& weights)
    : options_(options), tiles_(options.tiling.tiles()) {
  const auto count = static_cast<std::size_t>(weights.rows() * tiles_);
  sums_.resize(count);
  lambda_.assign(count, 0.0);
  if (!options.soft) return;
  for (std::int64_t row = 0; row < weights.rows(); ++row) {
    for (std::int64_t tile = 0; tile < tiles_; ++tile) {
      const std::int64_t begin = options.tiling.begin(tile);
      const auto length = static_cast<std::size_t>(options.tiling.end(tile) - begin);
      lambda_[index(row, tile)] = axeSoftThreshold({weights.data() + row * weights.cols() + begin, length},
                                                   options.innerBits, options.activations);
    }
  }
}

double AxeConstraint::shape(double value, std::int64_t row, std::int64_t tile) const {
  const std::size_t at = index(row, tile);
  double shaped = options_.soft ? shrink(value, lambda_[at]) : value;
  if (options_.strict) {
    const BudgetLeft left = budgetLeft(sums_[at], options_);
    shaped = std::clamp(shaped, -left.down, left.up);
  }
  return shaped;
}

void AxeConstraint::take(std::int64_t code, std::int64_t row, std::int64_t tile) {
  sums_[index(row, tile)].add(code);
}

}  // namespace axescope
