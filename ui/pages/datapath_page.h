// SPDX-License-Identifier: GPL-3.0-or-later
// The multi-stage datapath of a layer, drawn to scale, and what its partial sums do.
#pragma once

#include "ui/jobs/latest_job.h"
#include "ui/pages/inspection_page.h"
#include "ui/plots/datapath_plot.h"

namespace axescope::ui {

class DatapathPage : public InspectionPage {
  Q_OBJECT
 public:
  explicit DatapathPage(AppState* state, QWidget* parent = nullptr);

 protected:
  void showLayer(const std::shared_ptr<const Inspection>& inspection, std::size_t layer) override;
  void showView() override;
  void showNotice(const QString& notice) override;
  void choose(int row, bool extend) override;
  QList<int> chosenRows() const override { return {}; }

 private:
  std::int64_t shownTile() const;
  void traceSums();

  DatapathPlot* plot_;  // the base's
  QComboBox* tile_;
  QComboBox* channels_;
  QCheckBox* logarithmic_;
  QString traced_;  // which layer, tile and channels sums_ is of
  std::optional<PartialSums> sums_;
  LatestJob<PartialSums> tracing_;
};

/// Stages of a layer without partial sums.
DatapathDescription datapathOf(const Inspection& inspection, std::size_t layer);

}  // namespace axescope::ui
