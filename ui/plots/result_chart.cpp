// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/result_chart.h"

#include <QCoreApplication>
#include <algorithm>
#include <limits>
#include <optional>

#include "core/study/pareto.h"

namespace axescope::ui {

namespace {

QString tr(const char* text) {
  return QCoreApplication::translate("ResultChart", text);
}

bool isShare(std::string_view name) {
  return name.ends_with("accuracy") || name.ends_with("rate") || name == "sparsity" || name == "max_budget_use";
}

QString groupName(const PointResult& point, ColourBy colourBy) {
  const auto text = [&](const char* key) {
    return QString::fromStdString(toText(findSetting(key)->get(point.settings)));
  };
  switch (colourBy) {
    case ColourBy::constraint:
      return constraintFamily(point.settings);
    case ColourBy::algorithm:
      return text("algorithm");
    case ColourBy::tile:
      return QStringLiteral("T = ") + text("tile");
    case ColourBy::weightBits:
      return QStringLiteral("W%1 A%2").arg(text("weight_bits"), text("activation_bits"));
    case ColourBy::method:
      return text("algorithm").toUpper() + QStringLiteral(", ") + constraintFamily(point.settings);
  }
  return {};
}

// A value holds until the next better point, the last one to the end of the plot.
std::vector<QPointF> staircase(const std::vector<QPointF>& front, double end) {
  std::vector<QPointF> line;
  for (const QPointF& point : front) {
    if (!line.empty()) line.emplace_back(point.x(), line.back().y());
    line.push_back(point);
  }
  if (!line.empty() && line.back().x() < end) line.emplace_back(end, line.back().y());
  return line;
}

const ResultColumn& metricColumn(const std::vector<PointResult>& points, const std::string& name) {
  return *findColumn(name.empty() ? mainMetric(points) : name);
}

}  // namespace

QString fromView(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString columnTitle(const ResultColumn& column) {
  QString title = fromView(column.title);
  if (column.setting != nullptr && !column.setting->symbol.empty()) {
    title += QStringLiteral(" ") + fromView(column.setting->symbol);
  }
  return title;
}

ChartAxis axisOf(const ResultColumn& column, bool logarithmic) {
  const bool counts = column.kind == SettingKind::integer && column.name != "mac_count";
  return {columnTitle(column), logarithmic, isShare(column.name), counts};
}

std::string mainMetric(const std::vector<PointResult>& points) {
  for (const char* name : {"accuracy", "perplexity", "sqnr_db", "error"}) {
    const ResultColumn& column = *findColumn(name);
    for (const PointResult& point : points) {
      if (numericValue(column, point)) return name;
    }
  }
  return "accuracy";
}

QStringList colourByNames() {
  return {tr("Constraint"), tr("Algorithm"), tr("Tile size"), tr("Bits"), tr("Method")};
}

std::map<QString, PointGroup> groupPoints(const std::vector<PointResult>& points, ColourBy colourBy,
                                          const Theme& theme) {
  std::map<QString, PointGroup> groups;
  for (std::size_t row = 0; row < points.size(); ++row) {
    if (points[row].failed()) continue;
    PointGroup& group = groups[groupName(points[row], colourBy)];
    group.points.push_back(points[row]);
    group.rows.push_back(static_cast<int>(row));
  }
  int number = 0;
  for (auto& [name, group] : groups) {
    group.style = colourBy == ColourBy::constraint ? constraintStyle(group.points.front().settings, theme)
                                                   : numberedStyle(number++, theme);
  }
  return groups;
}

ChartDescription paretoChart(const std::vector<PointResult>& points, const ParetoView& view, const Theme& theme) {
  const ResultColumn& x = *findColumn(view.x);
  const ResultColumn& y = metricColumn(points, view.y);
  ChartDescription chart;
  chart.x = axisOf(x, view.logX);
  chart.y = axisOf(y, view.logY);
  double end = -std::numeric_limits<double>::infinity();
  for (const PointResult& point : points) end = std::max(end, numericValue(x, point).value_or(end));
  for (const auto& [name, group] : groupPoints(points, view.colourBy, theme)) {
    ChartSeries series{name, group.style, {}, {}};
    std::vector<bool> onFront(group.points.size(), false);
    std::vector<QPointF> corners;
    for (const std::size_t index : paretoFront(group.points, {&x, &y})) {
      onFront[index] = true;
      corners.emplace_back(*numericValue(x, group.points[index]), *numericValue(y, group.points[index]));
    }
    series.line = staircase(corners, end);
    for (std::size_t i = 0; i < group.points.size(); ++i) {
      if (!onFront[i] && !view.dominated) continue;
      const auto xValue = numericValue(x, group.points[i]);
      const auto yValue = numericValue(y, group.points[i]);
      if (!xValue || !yValue) continue;
      const bool guaranteed = group.points[i].measurement.guaranteed;
      series.markers.push_back({{*xValue, *yValue}, guaranteed, !onFront[i], group.rows[i]});
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

ChartDescription curvesChart(const std::vector<PointResult>& points, const CurvesView& view, const Theme& theme) {
  const ResultColumn& x = *findColumn(view.x);
  const ResultColumn& y = metricColumn(points, view.y);
  const bool lowerIsBetter = y.direction == Direction::lowerIsBetter;
  ChartDescription chart;
  chart.x = axisOf(x, view.logX);
  chart.y = axisOf(y, view.logY);
  for (const auto& [name, group] : groupPoints(points, view.colourBy, theme)) {
    std::map<double, ChartMarker> best;
    for (std::size_t i = 0; i < group.points.size(); ++i) {
      const auto xValue = numericValue(x, group.points[i]);
      const auto yValue = numericValue(y, group.points[i]);
      if (!xValue || !yValue) continue;
      const ChartMarker marker{{*xValue, *yValue}, group.points[i].measurement.guaranteed, false, group.rows[i]};
      const auto [found, isNew] = best.try_emplace(*xValue, marker);
      const bool better = lowerIsBetter ? *yValue < found->second.value.y() : *yValue > found->second.value.y();
      if (!isNew && better) found->second = marker;
    }
    ChartSeries series{name, group.style, {}, {}};
    for (const auto& [value, marker] : best) {
      series.markers.push_back(marker);
      series.line.push_back(marker.value);
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace axescope::ui
