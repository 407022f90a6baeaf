// SPDX-License-Identifier: GPL-3.0-or-later
// Plots as sources for LaTeX's pgfplots.
#pragma once

#include <QString>

#include "ui/plots/chart_description.h"
#include "ui/plots/plot.h"

namespace axescope::ui {

/// A \pgfplotstableread of the numbers, columns named as in the CSV.
QString pgfTable(const PlotTable& table);
/// A tikzpicture with the chart's axes, its lines and its markers, solid and hollow.
QString pgfChart(const ChartDescription& chart);

}  // namespace axescope::ui
