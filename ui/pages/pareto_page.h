// SPDX-License-Identifier: GPL-3.0-or-later
// Any cost against any metric: the front of each method, dominated points behind it.
#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QWidget>

#include "ui/plots/chart_plot.h"
#include "ui/plots/plot_view.h"
#include "ui/state/app_state.h"

namespace axescope::ui {

class ParetoPage : public QWidget {
  Q_OBJECT
 public:
  explicit ParetoPage(AppState* state, QWidget* parent = nullptr);
  Plot* plot() { return &plot_; }

 private:
  void rebuild();
  void showTheme();
  QString describe(int row) const;

  AppState* state_;
  ChartPlot plot_;
  PlotView* view_;
  QComboBox* x_;
  QComboBox* y_;
  QComboBox* colour_;
  QCheckBox* logX_;
  QCheckBox* logY_;
  QCheckBox* dominated_;
};

enum class ColourBy { constraint, algorithm, tile, weightBits };

struct ParetoView {
  std::string x = "accumulator_bits";
  std::string y;  // empty: accuracy, perplexity or error, whichever the points have
  ColourBy colourBy = ColourBy::constraint;
  bool logX = false;
  bool logY = false;
  bool dominated = true;
};

/// What the page shows, for the window and for rendering without one.
ChartDescription paretoChart(const std::vector<PointResult>& points, const ParetoView& view, const Theme& theme);

/// Text beside a point on hover: its settings and what was measured.
QString pointDescription(const PointResult& point);

}  // namespace axescope::ui
