// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/pareto_page.h"

#include "ui/plots/result_chart.h"

namespace axescope::ui {

ParetoPage::ParetoPage(AppState* state, QWidget* parent)
    : PlotPage(state, new ChartPlot, QStringLiteral("pareto"), parent),
      plot_(qobject_cast<ChartPlot*>(plot())),
      x_(addChoice(tr("x"))),
      y_(addChoice(tr("y"))),
      colour_(addChoice(tr("colour"))),
      logX_(addSwitch(tr("log x"), false)),
      logY_(addSwitch(tr("log y"), false)),
      dominated_(addSwitch(tr("dominated points"), true)) {
  fillWithCosts(x_);
  fillWithMetrics(y_);
  colour_->addItems(colourByNames());
  x_->setCurrentIndex(x_->findData(QStringLiteral("accumulator_bits")));
  plot_->setDescriber([this](int row) { return this->state().points().describe(row); });
  start();
}

void ParetoPage::rebuild() {
  const ParetoView view{chosen(x_),         chosen(y_),         static_cast<ColourBy>(colour_->currentIndex()),
                        logX_->isChecked(), logY_->isChecked(), dominated_->isChecked()};
  plot_->setDescription(paretoChart(state().points().points(), view, state().theme()));
}

}  // namespace axescope::ui
