// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/budget/l1_projection.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <vector>

namespace axescope {

double softThreshold(std::span<const double> values, double radius) {
  std::vector<double> magnitudes(values.size());
  std::transform(values.begin(), values.end(), magnitudes.begin(), [](double v) { return std::abs(v); });
  if (magnitudes.empty()) return 0.0;
  if (radius <= 0.0) return *std::max_element(magnitudes.begin(), magnitudes.end());
  if (std::accumulate(magnitudes.begin(), magnitudes.end(), 0.0) <= radius) return 0.0;

  std::sort(magnitudes.begin(), magnitudes.end(), std::greater<>());
  // Where the radius is lost beside the largest value, not even that one has room left.
  if (magnitudes.front() - radius == magnitudes.front()) return magnitudes.front();
  double sum = 0.0;
  double lambda = 0.0;
  for (std::size_t j = 0; j < magnitudes.size(); ++j) {
    sum += magnitudes[j];
    const auto count = static_cast<double>(j + 1);
    if (count * magnitudes[j] <= sum - radius) break;
    lambda = (sum - radius) / count;
  }
  return std::max(lambda, 0.0);
}

double shrink(double value, double lambda) {
  return std::copysign(std::max(std::abs(value) - lambda, 0.0), value);
}

}  // namespace axescope
