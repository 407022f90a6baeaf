// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/result_chart.h"

#include <QCoreApplication>
#include <algorithm>
#include <limits>
#include <optional>
#include <set>

#include "core/study/pareto.h"
#include "ui/models/points_model.h"

namespace axescope::ui {

namespace {

QString tr(const char* text) {
  return QCoreApplication::translate("ResultChart", text);
}

QString settingText(const char* key, const PointSettings& settings) {
  return QString::fromStdString(toText(findSetting(key)->get(settings)));
}

QString groupName(const PointSettings& settings, ColourBy colourBy) {
  switch (colourBy) {
    case ColourBy::constraint:
      return constraintFamily(settings);
    case ColourBy::algorithm:
      return settingText("algorithm", settings);
    case ColourBy::tile:
      return QStringLiteral("T = ") + settingText("tile", settings);
    case ColourBy::weightBits:
      return QStringLiteral("W%1 A%2").arg(settings.weightBits).arg(settings.activationBits);
    case ColourBy::method:
      return settingText("algorithm", settings).toUpper() + QStringLiteral(", ") + constraintFamily(settings);
    case ColourBy::model:
      return tr("This model");
  }
  return {};
}

// Where models stand at places of their own, lines lead from one to the next.
std::span<const QString> modelsApart(std::span<const QString> models, const std::string& x, ColourBy colourBy) {
  return x == "parameters" && colourBy != ColourBy::model ? std::span<const QString>() : models;
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

// Perplexity is the exponential of a loss, and models come in sizes: where such values are far apart, a linear axis
// would show the largest alone.
bool spreadsFar(const ResultColumn& column, const std::vector<PointResult>& points) {
  constexpr double far = 20.0;
  if (column.name != "perplexity" && column.name != "perplexity_ratio" && column.name != "parameters") return false;
  double least = std::numeric_limits<double>::infinity();
  double most = 0.0;
  for (const PointResult& point : points) {
    const auto value = numericValue(column, point);
    if (!value || *value <= 0.0) continue;
    least = std::min(least, *value);
    most = std::max(most, *value);
  }
  return most > far * least;
}

}  // namespace

QString columnTitle(const ResultColumn& column) {
  QString title = fromView(column.title);
  if (column.setting != nullptr && !column.setting->symbol.empty()) {
    title += QStringLiteral(" ") + fromView(column.setting->symbol);
  }
  return title;
}

ChartAxis axisOf(const ResultColumn& column, bool logarithmic) {
  const bool counts = column.kind == SettingKind::integer && column.name != "mac_count" && column.name != "parameters";
  return {columnTitle(column), logarithmic, isShare(column), counts};
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

int bestPoint(const std::vector<PointResult>& points, const std::function<bool(const PointResult&)>& fits) {
  const ResultColumn& metric = *findColumn(mainMetric(points));
  const double sign = metric.direction == Direction::lowerIsBetter ? -1.0 : 1.0;
  int best = -1;
  double bestValue = 0.0;
  for (std::size_t row = 0; row < points.size(); ++row) {
    const auto value = numericValue(metric, points[row]);
    if (!value || points[row].failed() || !fits(points[row])) continue;
    if (best >= 0 && sign * *value <= bestValue) continue;
    best = static_cast<int>(row);
    bestValue = sign * *value;
  }
  return best;
}

int bestGuaranteedPoint(const std::vector<PointResult>& points) {
  return bestPoint(points, [](const PointResult& point) { return point.measurement.guaranteed; });
}

QStringList colourByNames() {
  return {tr("Constraint"), tr("Algorithm"), tr("Tile size"), tr("Bits"), tr("Method"), tr("Model")};
}

std::map<QString, PointGroup> groupPoints(const std::vector<PointResult>& points, ColourBy colourBy, const Theme& theme,
                                          std::span<const QString> models) {
  std::map<QString, PointGroup> groups;
  for (std::size_t row = 0; row < points.size(); ++row) {
    if (points[row].failed()) continue;
    QString name = groupName(points[row].settings, colourBy);
    if (!models.empty()) {
      name = colourBy == ColourBy::model ? models[row] : name + QStringLiteral(" · ") + models[row];
    }
    groups[name].rows.push_back(row);
  }
  int number = 0;
  for (auto& [name, group] : groups) {
    group.style = colourBy == ColourBy::constraint && models.empty()
                      ? constraintStyle(points[group.rows.front()].settings, theme)
                      : numberedStyle(number++, theme);
  }
  return groups;
}

ChartDescription paretoChart(const std::vector<PointResult>& points, const ParetoView& view, const Theme& theme,
                             std::span<const QString> models) {
  const ParetoAxes axes{findColumn(view.x), &metricColumn(points, view.y)};
  ChartDescription chart;
  chart.x = axisOf(*axes.x, view.logX || spreadsFar(*axes.x, points));
  chart.y = axisOf(*axes.y, view.logY || spreadsFar(*axes.y, points));
  double end = -std::numeric_limits<double>::infinity();
  for (const PointResult& point : points) {
    if (!point.failed()) end = std::max(end, numericValue(*axes.x, point).value_or(end));
  }
  for (auto& [name, group] : groupPoints(points, view.colourBy, theme, modelsApart(models, view.x, view.colourBy))) {
    if (view.guaranteedOnly) {
      std::erase_if(group.rows, [&](std::size_t row) { return !points[row].measurement.guaranteed; });
    }
    ChartSeries series{name, group.style, {}, {}};
    const auto marker = [&](std::size_t row) -> std::optional<ChartMarker> {
      const auto x = numericValue(*axes.x, points[row]);
      const auto y = numericValue(*axes.y, points[row]);
      if (!x || !y) return std::nullopt;
      return ChartMarker{{*x, *y}, points[row].measurement.guaranteed, false, static_cast<int>(row)};
    };
    const std::vector<std::size_t> front = paretoFront(points, group.rows, axes);
    const auto knee = paretoKnee(points, front, axes);
    std::vector<QPointF> corners;
    for (const std::size_t row : front) {
      series.markers.push_back(*marker(row));
      series.markers.back().knee = row == knee;
      corners.push_back(series.markers.back().value);
    }
    series.line = view.stepFront ? staircase(corners, end) : corners;
    if (view.dominated) {
      const std::set<std::size_t> onFront(front.begin(), front.end());
      for (const std::size_t row : group.rows) {
        auto dominated = onFront.contains(row) ? std::nullopt : marker(row);
        if (!dominated) continue;
        dominated->faded = true;
        series.markers.push_back(*dominated);
      }
    }
    if (!series.markers.empty()) chart.series.push_back(std::move(series));
  }
  return chart;
}

ChartDescription curvesChart(const std::vector<PointResult>& points, const CurvesView& view, const Theme& theme,
                             std::span<const QString> models) {
  const ResultColumn& x = *findColumn(view.x);
  const ResultColumn& y = metricColumn(points, view.y);
  const bool lowerIsBetter = y.direction == Direction::lowerIsBetter;
  ChartDescription chart;
  chart.x = axisOf(x, view.logX || spreadsFar(x, points));
  chart.y = axisOf(y, view.logY || spreadsFar(y, points));
  for (const auto& [name, group] :
       groupPoints(points, view.colourBy, theme, modelsApart(models, view.x, view.colourBy))) {
    std::map<double, ChartMarker> best;
    for (const std::size_t row : group.rows) {
      const auto xValue = numericValue(x, points[row]);
      const auto yValue = numericValue(y, points[row]);
      if (!xValue || !yValue) continue;
      const ChartMarker marker{{*xValue, *yValue}, points[row].measurement.guaranteed, false, static_cast<int>(row)};
      const auto [found, isNew] = best.try_emplace(*xValue, marker);
      const bool better = lowerIsBetter ? *yValue < found->second.value.y() : *yValue > found->second.value.y();
      if (!isNew && better) found->second = marker;
    }
    ChartSeries series{name, group.style, {}, {}};
    for (const auto& [value, marker] : best) {
      series.markers.push_back(marker);
      series.line.push_back(marker.value);
    }
    if (!series.markers.empty()) chart.series.push_back(std::move(series));
  }
  return chart;
}

}  // namespace axescope::ui
