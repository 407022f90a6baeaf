// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/pareto.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace axescope {

namespace {

// The metric with its sign turned so that larger is better.
double signOf(const ParetoAxes& axes) {
  return axes.y->direction == Direction::lowerIsBetter ? -1.0 : 1.0;
}

}  // namespace

std::vector<std::size_t> paretoFront(std::span<const PointResult> points, const ParetoAxes& axes) {
  std::vector<std::size_t> rows(points.size());
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  return paretoFront(points, rows, axes);
}

std::vector<std::size_t> paretoFront(std::span<const PointResult> points, std::span<const std::size_t> rows,
                                     const ParetoAxes& axes) {
  struct Candidate {
    double x;
    double y;  // larger is better
    std::size_t index;
  };
  const double sign = signOf(axes);
  std::vector<Candidate> candidates;
  for (const std::size_t i : rows) {
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

std::optional<std::size_t> paretoKnee(std::span<const PointResult> points, std::span<const std::size_t> front,
                                      const ParetoAxes& axes) {
  if (front.size() < 3) return std::nullopt;
  const auto x = [&](std::size_t index) { return *numericValue(*axes.x, points[index]); };
  const auto y = [&](std::size_t index) { return signOf(axes) * *numericValue(*axes.y, points[index]); };
  const double width = x(front.back()) - x(front.front());
  const double height = y(front.back()) - y(front.front());
  std::optional<std::size_t> knee;
  constexpr double leastDistance = 1e-9;  // a straight front has no knee
  double farthest = leastDistance;
  for (const std::size_t index : front) {
    const double beyond = (y(index) - y(front.front())) / height - (x(index) - x(front.front())) / width;
    if (!(beyond > farthest)) continue;  // also for infinite metrics
    farthest = beyond;
    knee = index;
  }
  return knee;
}

}  // namespace axescope
