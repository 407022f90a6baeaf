// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
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

}  // namespace axescope
