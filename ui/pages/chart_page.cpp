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
  chart_->setDescriber([this](int row) { return this->state().points().describe(row); });
}

}  // namespace axescope::ui
