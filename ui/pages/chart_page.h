// SPDX-License-Identifier: GPL-3.0-or-later
// What pages with a chart of points share: what stands on its axes, what colours it, logarithms.
#pragma once

#include "ui/pages/plot_page.h"
#include "ui/plots/chart_plot.h"
#include "ui/plots/result_chart.h"

namespace axescope::ui {

class ChartPage : public PlotPage {
  Q_OBJECT
 public:
  /// `colourLabel` says what one colour stands for.
  ChartPage(AppState* state, const QString& fileName, const QString& colourLabel, QWidget* parent = nullptr);

  /// Of all results that are drawn.
  QString provenance() const override;

 protected:
  /// Points of added results are looked at and not selected: the other pages show the study's.
  void choose(int row, bool extend) override;
  /// The study's points, and those of results added to them.
  const std::vector<PointResult>& drawn() const;
  const std::vector<QString>& models() const { return state().together().models; }
  ChartPlot* chart() const { return chart_; }
  QComboBox* xChoice() const { return x_; }
  std::string x() const { return chosen(x_); }
  /// The main metric is that of the study's points, whatever is drawn beside them.
  std::string y() const;
  ColourBy colourBy() const { return static_cast<ColourBy>(colour_->currentIndex()); }
  void setColourBy(ColourBy colourBy) { colour_->setCurrentIndex(static_cast<int>(colourBy)); }
  bool logX() const { return logX_->isChecked(); }
  bool logY() const { return logY_->isChecked(); }

 private:
  QString describe(int row) const;

  ChartPlot* chart_;  // the base's
  QComboBox* x_;
  QComboBox* y_;
  QComboBox* colour_;
  QCheckBox* logX_;
  QCheckBox* logY_;
};

}  // namespace axescope::ui
