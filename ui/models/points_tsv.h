// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <vector>

#include "core/study/point_result.h"

namespace axescope::ui {

/// Rows of `points` as tab-separated text for spreadsheets and scripts: a header with the names of the results file,
/// exact values, empty cells where a point has none.
QString pointsTsv(const std::vector<PointResult>& points, const QList<int>& rows, const QList<int>& columns);

}  // namespace axescope::ui
