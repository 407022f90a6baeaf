// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/pareto.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace axescope {

std::vector<std::size_t> paretoFront(std::span<const PointResult> points, const ParetoAxes& axes) {
  struct Candidate {
    double x;
    double y;  // larger is better
    std::size_t index;
  };
  const double sign = axes.y->direction == Direction::lowerIsBetter ? -1.0 : 1.0;
  std::vector<Candidate> candidates;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (points[i].failed()) continue;
    const auto x = numericValue(*axes.x, points[i]);
    const auto y = numericValue(*axes.y, points[i]);
    if (x && y && std::isfinite(*x) && !std::isnan(*y)) candidates.push_back({*x, sign * *y, i});
  }
  std::stable_sort(candidates.begin(), candidates.end(),
                   [](const Candidate& a, const Candidate& b) { return a.x != b.x ? a.x < b.x : a.y > b.y; });
  std::vector<std::size_t> front;
  double best = -std::numeric_limits<double>::infinity();
  for (const Candidate& candidate : candidates) {
    if (!(candidate.y > best)) continue;
    best = candidate.y;
    front.push_back(candidate.index);
  }
  return front;
}

}  // namespace axescope
