// SPDX-License-Identifier: GPL-3.0-or-later
// Points of a study as charts: what the pages and rendering without a window have in common.
#pragma once

#include <QString>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "core/study/point_result.h"
#include "ui/plots/chart_plot.h"
#include "ui/state/text_view.h"

namespace axescope::ui {

/// "Inner width P_I".
QString columnTitle(const ResultColumn& column);
ChartAxis axisOf(const ResultColumn& column, bool logarithmic);

/// The metric a set of points is judged by: accuracy, perplexity, SQNR or error, the first that any of them has.
std::string mainMetric(const std::vector<PointResult>& points);

/// Row of the point with the best main metric among those that `fits` and that have one; −1 without any.
int bestPoint(const std::vector<PointResult>& points, const std::function<bool(const PointResult&)>& fits);
/// Of the guaranteed ones.
int bestGuaranteedPoint(const std::vector<PointResult>& points);

enum class ColourBy { constraint, algorithm, tile, weightBits, method, model };
/// Names of the ways to colour, in the order of the enumeration.
QStringList colourByNames();

struct PointGroup {
  std::vector<std::size_t> rows;  // of the points
  SeriesStyle style;
};
/// Points without failure, by what colours them and by their models: one for each point, or none where all are of one.
std::map<QString, PointGroup> groupPoints(const std::vector<PointResult>& points, ColourBy colourBy, const Theme& theme,
                                          std::span<const QString> models = {});

struct ParetoView {
  std::string x = "accumulator_bits";
  std::string y;  // empty: the main metric
  ColourBy colourBy = ColourBy::constraint;
  bool logX = false;
  bool logY = false;
  bool dominated = true;
  bool stepFront = true;  // a value holds until the next better point; else the front's points are joined
  bool guaranteedOnly = false;
};
/// The front of each group with its knee, dominated points behind it. `models` as in groupPoints(): each has groups of
/// its own, unless the number of parameters along x tells them apart and a line leads from model to model.
ChartDescription paretoChart(const std::vector<PointResult>& points, const ParetoView& view, const Theme& theme,
                             std::span<const QString> models = {});

struct CurvesView {
  std::string x = "inner_bits";
  std::string y;  // empty: the main metric
  ColourBy colourBy = ColourBy::method;
  bool logX = false;
  bool logY = false;
};
/// The best value of each group at each x, joined; guaranteed ones solid. `models` as in paretoChart().
ChartDescription curvesChart(const std::vector<PointResult>& points, const CurvesView& view, const Theme& theme,
                             std::span<const QString> models = {});

}  // namespace axescope::ui
