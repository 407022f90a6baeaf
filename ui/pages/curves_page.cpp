// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/curves_page.h"

namespace axescope::ui {

CurvesPage::CurvesPage(AppState* state, QWidget* parent)
    : ChartPage(state, QStringLiteral("curves"), tr("lines"), parent) {
  for (const char* name : {"inner_bits", "outer_bits_used", "tile", "weight_bits", "activation_bits", "parameters"}) {
    xChoice()->addItem(columnTitle(*findColumn(name)), QString::fromLatin1(name));
  }
  setColourBy(ColourBy::method);
  start();
}

void CurvesPage::rebuild() {
  const CurvesView view{x(), y(), colourBy(), logX(), logY()};
  chart()->setDescription(curvesChart(drawn(), view, state().theme(), models()));
}

}  // namespace axescope::ui
