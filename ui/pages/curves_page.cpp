// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/curves_page.h"

#include "ui/plots/result_chart.h"

namespace axescope::ui {

CurvesPage::CurvesPage(AppState* state, QWidget* parent)
    : PlotPage(state, new ChartPlot, QStringLiteral("curves"), parent),
      plot_(plotAs<ChartPlot>()),
      x_(addChoice(tr("x"))),
      y_(addChoice(tr("y"))),
      colour_(addChoice(tr("lines"))),
      logX_(addSwitch(tr("log x"), false)),
      logY_(addSwitch(tr("log y"), false)) {
  for (const char* name : {"inner_bits", "outer_bits_used", "tile", "weight_bits", "activation_bits"}) {
    x_->addItem(columnTitle(*findColumn(name)), QString::fromLatin1(name));
  }
  fillWithMetrics(y_);
  colour_->addItems(colourByNames());
  colour_->setCurrentIndex(static_cast<int>(ColourBy::method));
  plot_->setDescriber([this](int row) { return this->state().points().describe(row); });
  start();
}

void CurvesPage::rebuild() {
  const CurvesView view{chosen(x_), chosen(y_), static_cast<ColourBy>(colour_->currentIndex()), logX_->isChecked(),
                        logY_->isChecked()};
  plot_->setDescription(curvesChart(state().points().points(), view, state().theme()));
}

}  // namespace axescope::ui
