// SPDX-License-Identifier: GPL-3.0-or-later
// Any cost against any metric: the front of each method, dominated points behind it.
#pragma once

#include "ui/pages/plot_page.h"
#include "ui/plots/chart_plot.h"

namespace axescope::ui {

class ParetoPage : public PlotPage {
  Q_OBJECT
 public:
  explicit ParetoPage(AppState* state, QWidget* parent = nullptr);

 protected:
  void rebuild() override;

 private:
  ChartPlot* plot_;  // the base's
  QComboBox* x_;
  QComboBox* y_;
  QComboBox* colour_;
  QCheckBox* logX_;
  QCheckBox* logY_;
  QCheckBox* dominated_;
  QCheckBox* steps_;
  QCheckBox* guaranteed_;
};

}  // namespace axescope::ui
