// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/chart_page.h"

namespace axescope::ui {

ChartPage::ChartPage(AppState* state, const QString& fileName, const QString& colourLabel, QWidget* parent)
    : PlotPage(state, new ChartPlot, fileName, parent),
      chart_(plotAs<ChartPlot>()),
      x_(addChoice(tr("x"))),
      y_(addChoice(tr("y"))),
      colour_(addChoice(colourLabel)),
      logX_(addSwitch(tr("log x"), false)),
      logY_(addSwitch(tr("log y"), false)) {
  fillWithMetrics(y_);
  colour_->addItems(colourByNames());
  chart_->setDescriber([this](int row) { return describe(row); });
  connect(state, &AppState::addedChanged, this, &ChartPage::invalidate);
}

const std::vector<PointResult>& ChartPage::drawn() const {
  return state().added().empty() ? state().points().points() : state().together().points;
}

std::string ChartPage::y() const {
  const std::string wanted = chosen(y_);
  const bool isOwn = wanted.empty() && !state().points().points().empty();
  return isOwn ? mainMetric(state().points().points()) : wanted;
}

QString ChartPage::describe(int row) const {
  const auto index = static_cast<std::size_t>(row);
  if (row < 0 || index >= models().size()) return state().points().describe(row);
  return QStringLiteral("<b>%1</b><br>").arg(models()[index].toHtmlEscaped()) + pointDescription(drawn()[index]);
}

void ChartPage::choose(int row, bool extend) {
  if (row < state().points().rowCount()) PlotPage::choose(row, extend);
}

QString ChartPage::provenance() const {
  return state().added().empty() ? PlotPage::provenance() : state().together().provenance;
}

}  // namespace axescope::ui
