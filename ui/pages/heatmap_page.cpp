// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/heatmap_page.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "ui/models/points_model.h"
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
    for (const std::size_t row : group.rows) {
      const PointResult& point = points[row];
      const auto xValue = numericValue(x, point);
      const auto yValue = numericValue(y, point);
      const auto measured = numericValue(value, point);
      if (!xValue || !yValue || !measured) continue;
      columns.insert(*xValue);
      rows.emplace(place(*yValue), QString::fromStdString(toText(*y.get(point))));
      HeatmapCell& cell = best[{place(*yValue), *xValue}];
      const bool better = !cell.value || (lowerIsBetter ? *measured < *cell.value : *measured > *cell.value);
      if (better) cell = {*measured, point.measurement.guaranteed, static_cast<int>(row)};
    }
  }
  HeatmapDescription heatmap;
  heatmap.xTitle = columnTitle(x);
  heatmap.yTitle = columnTitle(y);
  heatmap.valueTitle = columnTitle(value);
  heatmap.percent = isShare(value);
  heatmap.lowerIsBetter = lowerIsBetter;
  heatmap.contour = view.contour;
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
      plot_(plotAs<HeatmapPlot>()),
      value_(addChoice(tr("value"))),
      y_(addChoice(tr("over P_I ×"))),
      method_(addChoice(tr("method"))),
      contour_(new QDoubleSpinBox) {
  fillWithMetrics(value_);
  for (const char* name : {"tile", "outer_bits_used"}) {
    y_->addItem(columnTitle(*findColumn(name)), QString::fromLatin1(name));
  }
  method_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
  method_->addItem(tr("best of all"), QString());
  contour_->setRange(-1e-4, 1e6);
  contour_->setDecimals(2);
  contour_->setSpecialValueText(tr("none"));
  contour_->setToolTip(tr("A red line around the cells that are at least this good."));
  addControl(contour_, tr("contour"));
  connect(contour_, &QDoubleSpinBox::valueChanged, this, [this] {
    contourIsChosen_ = true;
    invalidate();
  });
  connect(value_, &QComboBox::activated, this, [this] { contourIsChosen_ = false; });
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

// One percent of what is possible below the best cell, the loss that most papers still accept.
void HeatmapPage::suggestContour(const HeatmapDescription& heatmap) {
  std::optional<double> best;
  for (const HeatmapCell& cell : heatmap.cells) {
    if (!cell.value) continue;
    const bool better = !best || (heatmap.lowerIsBetter ? *cell.value < *best : *cell.value > *best);
    if (better) best = cell.value;
  }
  const QSignalBlocker blocker(contour_);
  contour_->setSuffix(heatmap.percent ? QStringLiteral(" %") : QString());
  constexpr double onePercent = 0.01;
  if (!best) {
    contour_->setValue(contour_->minimum());
  } else if (heatmap.percent) {
    contour_->setValue(100.0 * (*best - onePercent));
  } else {
    contour_->setValue(heatmap.lowerIsBetter ? *best * (1.0 + onePercent) : *best * (1.0 - onePercent));
  }
}

void HeatmapPage::rebuild() {
  showMethods();
  HeatmapDescription heatmap = heatmapOf(
      state().points().points(),
      {.y = chosen(y_), .value = chosen(value_), .method = method_->currentData().toString(), .contour = std::nullopt});
  if (!contourIsChosen_) suggestContour(heatmap);
  if (contour_->value() > contour_->minimum()) {
    heatmap.contour = heatmap.percent ? contour_->value() / 100.0 : contour_->value();
  }
  plot_->setDescription(std::move(heatmap));
}

}  // namespace axescope::ui
