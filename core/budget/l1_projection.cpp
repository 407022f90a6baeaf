// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/budget/l1_projection.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <vector>

namespace axescope {

namespace {

// Eight sums side by side, whatever the machine: the same bits everywhere, and room for vector units.
constexpr std::size_t lanes = 8;

struct Above {
  double sum = 0.0;
  double count = 0.0;
};

// Sum and number of the magnitudes above a threshold.
Above above(std::span<const double> magnitudes, double threshold) {
  std::array<double, lanes> sums{};
  std::array<double, lanes> counts{};
  const auto take = [&](double magnitude, std::size_t lane) {
    sums[lane] += magnitude > threshold ? magnitude : 0.0;
    counts[lane] += magnitude > threshold ? 1.0 : 0.0;
  };
  std::size_t i = 0;
  for (; i + lanes <= magnitudes.size(); i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) take(magnitudes[i + lane], lane);
  }
  for (std::size_t lane = 0; i < magnitudes.size(); ++i, ++lane) take(magnitudes[i], lane);
  return {std::accumulate(sums.begin(), sums.end(), 0.0), std::accumulate(counts.begin(), counts.end(), 0.0)};
}

}  // namespace

double softThreshold(std::span<const double> values, double radius) {
  std::vector<double> magnitudes(values.size());
  std::transform(values.begin(), values.end(), magnitudes.begin(), [](double v) { return std::abs(v); });
  if (magnitudes.empty()) return 0.0;
  const auto largest = [&] { return *std::max_element(magnitudes.begin(), magnitudes.end()); };
  if (radius <= 0.0) return largest();
  // Only what stays above the threshold pays for the radius; each round drops what does not, until none is dropped
  // (Michelot 1986: the threshold rises to Duchi's, without a sort).
  Above rest = above(magnitudes, 0.0);
  if (rest.sum <= radius) return 0.0;
  double lambda = 0.0;
  for (double before = 0.0; rest.count != before && rest.count > 0.0; rest = above(magnitudes, lambda)) {
    before = rest.count;
    lambda = (rest.sum - radius) / rest.count;
  }
  // Where the radius is lost beside the largest value, not even that one has room left.
  return rest.count > 0.0 ? std::max(lambda, 0.0) : largest();
}

double shrink(double value, double lambda) {
  return std::copysign(std::max(std::abs(value) - lambda, 0.0), value);
}

}  // namespace axescope
