// SPDX-License-Identifier: GPL-3.0-or-later
// Any metric over inner width × tile size or outer width: the best over the other settings.
#pragma once

#include <QDoubleSpinBox>
#include <optional>

#include "ui/pages/plot_page.h"
#include "ui/plots/heatmap_plot.h"

namespace axescope::ui {

struct HeatmapView {
  std::string y = "tile";  // tile or outer_bits_used
  std::string value;       // empty: the main metric
  QString method;          // a group of groupPoints(method); empty: all
  std::optional<double> contour;
};
HeatmapDescription heatmapOf(const std::vector<PointResult>& points, const HeatmapView& view);

class HeatmapPage : public PlotPage {
  Q_OBJECT
 public:
  explicit HeatmapPage(AppState* state, QWidget* parent = nullptr);

 protected:
  void rebuild() override;

 private:
  void showMethods();
  void suggestContour(const HeatmapDescription& heatmap);

  HeatmapPlot* plot_;  // the base's
  QComboBox* value_;
  QComboBox* y_;
  QComboBox* method_;
  QDoubleSpinBox* contour_;
  bool contourIsChosen_ = false;  // by hand; a suggestion follows the data
};

}  // namespace axescope::ui
