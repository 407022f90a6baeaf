// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/heatmap_page.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "ui/plots/result_chart.h"

namespace axescope::ui {

HeatmapDescription heatmapOf(const std::vector<PointResult>& points, const HeatmapView& view) {
  const ResultColumn& x = *findColumn("inner_bits");
  const ResultColumn& y = *findColumn(view.y);
  const ResultColumn& value = *findColumn(view.value.empty() ? mainMetric(points) : view.value);
  const bool lowerIsBetter = value.direction == Direction::lowerIsBetter;
  std::map<std::pair<double, double>, HeatmapCell> best;
  std::set<double> columns;
  std::map<double, QString> rows;  // "full" stands for 0 and comes last
  const auto place = [&](double number) { return number == 0.0 ? std::numeric_limits<double>::infinity() : number; };
  for (const auto& [name, group] : groupPoints(points, ColourBy::method, Theme::paper())) {
    if (!view.method.isEmpty() && name != view.method) continue;
    for (std::size_t i = 0; i < group.points.size(); ++i) {
      const PointResult& point = group.points[i];
      const auto xValue = numericValue(x, point);
      const auto yValue = numericValue(y, point);
      const auto measured = numericValue(value, point);
      if (!xValue || !yValue || !measured) continue;
      columns.insert(*xValue);
      rows.emplace(place(*yValue), QString::fromStdString(toText(*y.get(point))));
      HeatmapCell& cell = best[{place(*yValue), *xValue}];
      const bool better = !cell.value || (lowerIsBetter ? *measured < *cell.value : *measured > *cell.value);
      if (better) cell = {*measured, point.measurement.guaranteed, group.rows[i]};
    }
  }
  HeatmapDescription heatmap;
  heatmap.xTitle = columnTitle(x);
  heatmap.yTitle = columnTitle(y);
  heatmap.valueTitle = columnTitle(value);
  heatmap.percent = axisOf(value, false).percent;
  for (const double column : columns) heatmap.columns << QString::number(column);
  for (const auto& [row, label] : rows) {
    heatmap.rows << label;
    for (const double column : columns) {
      const auto found = best.find({row, column});
      heatmap.cells.push_back(found == best.end() ? HeatmapCell{} : found->second);
    }
  }
  return heatmap;
}

HeatmapPage::HeatmapPage(AppState* state, QWidget* parent)
    : PlotPage(state, new HeatmapPlot, QStringLiteral("heatmap"), parent),
      plot_(qobject_cast<HeatmapPlot*>(plot())),
      value_(addChoice(tr("value"))),
      y_(addChoice(tr("over P_I ×"))),
      method_(addChoice(tr("method"))) {
  fillWithMetrics(value_);
  for (const char* name : {"tile", "outer_bits_used"}) {
    y_->addItem(columnTitle(*findColumn(name)), QString::fromLatin1(name));
  }
  method_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  method_->addItem(tr("best of all"), QString());
  plot_->setDescriber([this](int row) { return this->state().points().describe(row); });
  start();
}

void HeatmapPage::showMethods() {
  const auto groups = groupPoints(state().points().points(), ColourBy::method, state().theme());
  QStringList names;
  for (const auto& [name, group] : groups) names << name;
  QStringList shown;
  for (int i = 1; i < method_->count(); ++i) shown << method_->itemData(i).toString();
  if (names == shown) return;
  const QString current = method_->currentData().toString();
  while (method_->count() > 1) method_->removeItem(1);
  for (const QString& name : names) method_->addItem(name, name);
  method_->setCurrentIndex(std::max(0, method_->findData(current)));
}

void HeatmapPage::rebuild() {
  showMethods();
  plot_->setDescription(
      heatmapOf(state().points().points(), {chosen(y_), chosen(value_), method_->currentData().toString()}));
}

}  // namespace axescope::ui
