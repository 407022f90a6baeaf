// SPDX-License-Identifier: GPL-3.0-or-later
// Bounds on the accumulators of a point's layers against the length of their dot products.
#pragma once

#include "ui/jobs/latest_job.h"
#include "ui/pages/inspection_page.h"
#include "ui/plots/chart_plot.h"

namespace axescope::ui {

class BoundsPage : public InspectionPage {
  Q_OBJECT
 public:
  explicit BoundsPage(AppState* state, QWidget* parent = nullptr);

 protected:
  void showLayer(const std::shared_ptr<const Inspection>& inspection, std::size_t layer) override;
  void showView() override;
  void showNotice(const QString& notice) override;
  void choose(int row, bool extend) override;
  QList<int> chosenRows() const override;

 private:
  ChartPlot* plot_;  // the base's
  std::shared_ptr<const Inspection> drawn_;
  bool dark_ = false;  // the theme that was drawn with
  LatestJob<ChartDescription> drawing_;
};

}  // namespace axescope::ui
