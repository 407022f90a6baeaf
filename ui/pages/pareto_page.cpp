// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/pareto_page.h"

#include "ui/plots/result_chart.h"

namespace axescope::ui {

ParetoPage::ParetoPage(AppState* state, QWidget* parent)
    : PlotPage(state, new ChartPlot, QStringLiteral("pareto"), parent),
      plot_(plotAs<ChartPlot>()),
      x_(addChoice(tr("x"))),
      y_(addChoice(tr("y"))),
      colour_(addChoice(tr("colour"))),
      logX_(addSwitch(tr("log x"), false)),
      logY_(addSwitch(tr("log y"), false)),
      dominated_(addSwitch(tr("dominated points"), true)),
      steps_(addSwitch(tr("step front"), true)),
      guaranteed_(addSwitch(tr("guaranteed only"), false)) {
  fillWithCosts(x_);
  fillWithMetrics(y_);
  colour_->addItems(colourByNames());
  x_->setCurrentIndex(x_->findData(QStringLiteral("accumulator_bits")));
  plot_->setDescriber([this](int row) { return this->state().points().describe(row); });
  start();
}

void ParetoPage::rebuild() {
  const ParetoView view{.x = chosen(x_),
                        .y = chosen(y_),
                        .colourBy = static_cast<ColourBy>(colour_->currentIndex()),
                        .logX = logX_->isChecked(),
                        .logY = logY_->isChecked(),
                        .dominated = dominated_->isChecked(),
                        .stepFront = steps_->isChecked(),
                        .guaranteedOnly = guaranteed_->isChecked()};
  plot_->setDescription(paretoChart(state().points().points(), view, state().theme()));
}

}  // namespace axescope::ui
