// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/budget/l1_projection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/budget/value_sum.h"

namespace axescope {

double softThreshold(std::span<const double> values, double radius) {
  std::vector<double> magnitudes(values.size());
  std::transform(values.begin(), values.end(), magnitudes.begin(), [](double v) { return std::abs(v); });
  if (magnitudes.empty()) return 0.0;
  const auto largest = [&] { return *std::max_element(magnitudes.begin(), magnitudes.end()); };
  if (radius <= 0.0) return largest();
  // Only what stays above the threshold pays for the radius; each round drops what does not, until none is dropped
  // (Michelot 1986: the threshold rises to Duchi's, without a sort). Rounding may let the threshold fall by a bit and
  // pick up what was dropped before; then it is found as well.
  ValueSum rest = sumAbove(magnitudes, 0.0);
  if (rest.sum <= radius) return 0.0;
  double lambda = 0.0;
  for (double before = std::numeric_limits<double>::infinity(); rest.count < before && rest.count > 0.0;
       rest = sumAbove(magnitudes, lambda)) {
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
