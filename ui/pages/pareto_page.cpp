// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/pareto_page.h"

namespace axescope::ui {

ParetoPage::ParetoPage(AppState* state, QWidget* parent)
    : ChartPage(state, QStringLiteral("pareto"), tr("colour"), parent),
      dominated_(addSwitch(tr("dominated"), true)),
      steps_(addSwitch(tr("steps"), true)),
      guaranteed_(addSwitch(tr("guaranteed only"), false)) {
  fillWithCosts(xChoice());
  xChoice()->setCurrentIndex(xChoice()->findData(QStringLiteral("accumulator_bits")));
  start();
}

void ParetoPage::rebuild() {
  const ParetoView view{.x = x(),
                        .y = y(),
                        .colourBy = colourBy(),
                        .logX = logX(),
                        .logY = logY(),
                        .dominated = dominated_->isChecked(),
                        .stepFront = steps_->isChecked(),
                        .guaranteedOnly = guaranteed_->isChecked()};
  chart()->setDescription(paretoChart(drawn(), view, state().theme(), models()));
}

}  // namespace axescope::ui
