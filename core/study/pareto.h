// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/study/point_result.h"

namespace axescope {

struct ParetoAxes {
  const ResultColumn* x = nullptr;  // a cost: smaller is better
  const ResultColumn* y = nullptr;  // a metric: its direction says what is better (none counts as higher)
};

/// Indices of the points no other point beats: no other has x at most as large and y at least as good with one of them
/// better. Ascending in x, one point for each (x, y). Failed points and missing values are left out.
std::vector<std::size_t> paretoFront(std::span<const PointResult> points, const ParetoAxes& axes);
/// The same among the points at `rows` alone.
std::vector<std::size_t> paretoFront(std::span<const PointResult> points, std::span<const std::size_t> rows,
                                     const ParetoAxes& axes);

/// The point of a front (indices into `points`, ascending in x) from which more cost buys least: with both axes scaled
/// to [0, 1], the one farthest beyond the line between the ends. Empty below three points or when none lies beyond.
std::optional<std::size_t> paretoKnee(std::span<const PointResult> points, std::span<const std::size_t> front,
                                      const ParetoAxes& axes);

}  // namespace axescope
