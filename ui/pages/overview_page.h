// SPDX-License-Identifier: GPL-3.0-or-later
// What is in the open file: facts, float accuracy, safe widths by each bound, weights and activations of a layer.
#pragma once

#include <QLabel>
#include <QTableView>

#include "ui/jobs/latest_job.h"
#include "ui/models/bounds_model.h"
#include "ui/pages/plot_page.h"
#include "ui/plots/histograms_plot.h"
#include "ui/state/model_overview.h"

namespace axescope::ui {

class OverviewPage : public PlotPage {
  Q_OBJECT
 public:
  explicit OverviewPage(AppState* state, QWidget* parent = nullptr);

 protected:
  void rebuild() override;
  void choose(int, bool) override {}
  QList<int> chosenRows() const override { return {}; }

 private:
  QWidget* makeTable();
  void compute();
  void showFacts();
  void showLayer();

  HistogramsPlot* plot_;  // the base's
  QComboBox* layer_;
  QComboBox* bits_;
  QComboBox* tile_;
  QCheckBox* logarithmic_;
  QLabel* facts_;
  QTableView* table_;
  BoundsModel bounds_;
  QString computed_;  // which model and bits overview_ is of
  std::optional<ModelOverview> overview_;
  LatestJob<ModelOverview> job_;
};

}  // namespace axescope::ui
