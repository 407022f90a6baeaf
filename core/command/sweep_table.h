// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/study/point_result.h"

namespace axescope {

/// A sweep at a glance: a row for each algorithm, constraint and tile, a column for each inner width, in each cell the
/// best accuracy (or perplexity, or error) over the other settings; guaranteed points carry a mark. Lines have at
/// most `width` characters where that leaves room for a column.
std::string sweepTable(std::span<const PointResult> points, int width);

/// Distinct reasons of failed points, the most frequent first: "12 points failed: …", at most a few of them.
std::vector<std::string> failureSummary(std::span<const PointResult> points);

}  // namespace axescope
