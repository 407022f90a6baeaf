// SPDX-License-Identifier: GPL-3.0-or-later
// A metric over two settings as coloured cells with their values, and a colour bar.
#pragma once

#include <optional>

#include "ui/plots/plot.h"

namespace axescope::ui {

struct HeatmapCell {
  std::optional<double> value;
  bool solid = true;  // guaranteed
  int row = -1;       // of the points model
};

struct HeatmapDescription {
  QString title;
  QString xTitle;
  QString yTitle;
  QString valueTitle;
  bool percent = false;
  QStringList columns;             // labels along x
  QStringList rows;                // labels along y, the first at the bottom
  std::vector<HeatmapCell> cells;  // rows × columns
  std::optional<double> contour;   // a line between the cells that are at least as good and the others
  bool lowerIsBetter = false;
};

class HeatmapPlot : public Plot {
  Q_OBJECT
 public:
  using Plot::Plot;
  void setDescription(HeatmapDescription description);

  QString title() const override { return description_.title; }
  void paint(QPainter& painter, const QRectF& area, const Theme& theme) override;
  PlotTable table() const override;

 private:
  void paintCells(QPainter& painter, const QRectF& grid, const Theme& theme);
  void paintContour(QPainter& painter, const QRectF& grid, const Theme& theme) const;
  void paintLabels(QPainter& painter, const QRectF& area, const QRectF& grid, const Theme& theme) const;
  QString text(double value) const;

  HeatmapDescription description_;
  double least_ = 0.0;
  double most_ = 1.0;
};

}  // namespace axescope::ui
