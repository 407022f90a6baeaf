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

  QString provenance() const override;

 protected:
  void rebuild() override;
  void choose(int, bool) override {}
  QList<int> chosenRows() const override { return {}; }

 private:
  QWidget* makeTable();
  void measure();
  void showFacts();
  void fillLayers();
  void showBounds();
  void count();
  void showHistograms();

  HistogramsPlot* plot_;  // the base's
  QComboBox* layer_;
  QComboBox* bits_;
  QComboBox* tile_;
  QCheckBox* logarithmic_;
  QLabel* facts_;
  QTableView* table_;
  BoundsModel bounds_;
  // What each of the jobs below was last asked for: rebuilding asks again only for something else.
  struct Measured {
    std::shared_ptr<const Model> model;
    QPoint bits;
    friend bool operator==(const Measured&, const Measured&) = default;
  };
  struct Bounded {
    std::shared_ptr<const Inspection> codes;
    std::int64_t tile = 0;
    friend bool operator==(const Bounded&, const Bounded&) = default;
  };
  struct Counted {
    std::shared_ptr<const Model> model;
    std::shared_ptr<const Inspection> codes;
    std::size_t layer = 0;
    friend bool operator==(const Counted&, const Counted&) = default;
  };
  Measured measured_;
  Bounded bounded_;
  Counted counted_;
  std::optional<ModelOverview> overview_;
  QString histogramsOf_;  // the layer's name
  std::vector<HistogramDescription> histograms_;
  QString unread_;  // why there are none
  LatestJob<ModelOverview> measuring_;
  LatestJob<std::vector<LayerBounds>> bounding_;
  LatestJob<Result<std::vector<HistogramDescription>>> counting_;
};

}  // namespace axescope::ui
