// SPDX-License-Identifier: GPL-3.0-or-later
// Columns of results that commands can put on an axis.
#pragma once

#include <span>
#include <string>

#include "core/base/error.h"
#include "core/study/point_result.h"

namespace axescope {

bool isNumeric(const ResultColumn& column);

/// The numeric column of this name. Errors: invalidArgument, with the flag and all names.
Result<const ResultColumn*> numericColumn(const char* flag, const std::string& name);

/// What points are judged by where nobody says: accuracy, else perplexity, else error.
std::string usualMetric(std::span<const PointResult> points);

}  // namespace axescope
