// SPDX-License-Identifier: GPL-3.0-or-later
// A layer's channels against their ℓ₁ budgets: bars, tile × channel, and a table with headroom and first overflow.
#pragma once

#include <QLabel>
#include <QPushButton>
#include <QTableView>

#include "core/network/code_product.h"
#include "ui/jobs/latest_job.h"
#include "ui/models/channels_model.h"
#include "ui/pages/inspection_page.h"
#include "ui/plots/budget_plot.h"

namespace axescope::ui {

class BudgetsPage : public InspectionPage {
  Q_OBJECT
 public:
  explicit BudgetsPage(AppState* state, QWidget* parent = nullptr);

 protected:
  void showLayer(const std::shared_ptr<const Inspection>& inspection, std::size_t layer) override;
  void showView() override;
  void showNotice(const QString& notice) override;
  void choose(int row, bool extend) override;
  QList<int> chosenRows() const override;

 private:
  QWidget* makeTable();
  void fillTiles(std::int64_t tiles);
  void emulate();
  void runWitness();
  void showSummary();
  void showChannel();

  BudgetPlot* plot_;  // the base's
  QComboBox* tile_;
  QComboBox* quantity_;
  QComboBox* order_;
  QCheckBox* positive_;
  QCheckBox* negative_;
  QPushButton* witness_;
  ChannelsModel channels_;
  ChannelsOrder sorted_;
  QTableView* table_;
  QLabel* summary_;
  QString witnessSummary_;
  LatestJob<Result<CodeProduct>> emulation_;
  LatestJob<std::vector<WitnessRun>> witnessJob_;
};

/// "16 of 64 channels may overflow · …" for a layer of an inspection.
QString budgetSummary(const Inspection& inspection, std::size_t layer);

}  // namespace axescope::ui
