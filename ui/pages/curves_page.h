// SPDX-License-Identifier: GPL-3.0-or-later
// A metric against one setting, one line a method: the best over the other settings.
#pragma once

#include "ui/pages/plot_page.h"
#include "ui/plots/chart_plot.h"

namespace axescope::ui {

class CurvesPage : public PlotPage {
  Q_OBJECT
 public:
  explicit CurvesPage(AppState* state, QWidget* parent = nullptr);

 protected:
  void rebuild() override;

 private:
  ChartPlot* plot_;  // the base's
  QComboBox* x_;
  QComboBox* y_;
  QComboBox* colour_;
  QCheckBox* logX_;
  QCheckBox* logY_;
};

}  // namespace axescope::ui
