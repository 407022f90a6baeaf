// SPDX-License-Identifier: GPL-3.0-or-later
// What narrow accumulators buy on some hardware: the best point within a width beside the best at the widest.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/study/pareto.h"
#include "core/study/point_result.h"

namespace axescope {

struct DatapathComparison {
  const PointResult* narrow = nullptr;
  const PointResult* wide = nullptr;
  double priceRatio = 1.0;  // narrow over wide
};

/// `axes.x` is a price, `axes.y` the metric; points are those to choose from. The narrow one has the best metric of
/// those whose accumulators are at most `accumulatorBits` wide, the wide one that of the widest accumulators there are;
/// of equals the cheaper. Empty where no point is narrow enough, or none is wider.
std::optional<DatapathComparison> compareDatapaths(std::span<const PointResult> points, const ParetoAxes& axes,
                                                   int accumulatorBits);

/// One sentence with the numbers of both.
std::string sentenceOf(const DatapathComparison& comparison, const ParetoAxes& axes);

/// "W4A8, tiles of 64, P_I 14, P_O 18".
std::string datapathText(const PointResult& point);

/// How many accumulators of this width a vector register of `registerBits` holds, each in 8, 16, 32 or 64 bits.
int lanesOf(int innerBits, int registerBits);

}  // namespace axescope
