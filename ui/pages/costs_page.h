// SPDX-License-Identifier: GPL-3.0-or-later
// What a point costs: layer by layer under one cost model or two, before and after quantizing what is between layers,
// and in one sentence what a narrow accumulator buys.
#pragma once

#include <QLabel>
#include <QPushButton>
#include <QSpinBox>
#include <memory>
#include <optional>

#include "core/cost/network_counts.h"
#include "ui/jobs/latest_job.h"
#include "ui/pages/plot_page.h"
#include "ui/plots/cost_plot.h"

namespace axescope::ui {

class CostsPage : public PlotPage {
  Q_OBJECT
 public:
  explicit CostsPage(AppState* state, QWidget* parent = nullptr);

  /// The dialog for the table on the left, as the button opens it; what is accepted becomes the user's own table.
  void editTable();
  QString sentence() const { return sentence_->text(); }

 protected:
  void rebuild() override;
  void choose(int row, bool extend) override;
  QList<int> chosenRows() const override;

 private:
  /// The point and its operations now, and with everything between layers in float.
  struct Counted {
    NetworkCounts now;
    NetworkCounts before;
  };
  struct Wanted {
    std::shared_ptr<const Model> model;
    PointSettings settings;
    std::vector<LayerMeasurement> layers;
    friend bool operator==(const Wanted&, const Wanted&) = default;
  };

  std::optional<Wanted> wanted() const;
  void count(const Wanted& wanted);
  void fillModels();
  std::optional<CostModel> modelOf(const QComboBox* box) const;
  void addPanel(const CostModel& model, CostDescription& description) const;
  void showSentence();
  QString layerOfRow(int row) const;
  QString describe(int row) const;

  CostPlot* plot_;  // the base's
  QComboBox* left_;
  QComboBox* right_;
  QCheckBox* before_;
  QSpinBox* accumulator_;
  QLabel* sentence_;
  std::optional<Wanted> countedFor_;
  std::optional<Counted> counted_;
  QString problem_;
  LatestJob<Result<Counted>> counting_;
};

}  // namespace axescope::ui
