// SPDX-License-Identifier: GPL-3.0-or-later
// Lines and markers over two axes, drawn by Qt Charts. The rest of the program sees only this description.
#pragma once

#include <QPointF>
#include <vector>

#include "ui/plots/plot.h"
#include "ui/theme/series_style.h"

namespace axescope::ui {

struct ChartMarker {
  QPointF value;
  bool solid = true;   // guaranteed; hollow otherwise
  bool faded = false;  // dominated
  int row = -1;        // of the points model
};

struct ChartSeries {
  QString name;
  SeriesStyle style;
  std::vector<ChartMarker> markers;
  std::vector<QPointF> line;  // drawn as given; steps have their corners doubled
};

struct ChartAxis {
  QString title;
  bool logarithmic = false;
  bool percent = false;  // values are shares, shown as percentages
  bool integral = false;
};

struct ChartDescription {
  QString title;
  ChartAxis x;
  ChartAxis y;
  std::vector<ChartSeries> series;
};

class ChartPlot : public Plot {
  Q_OBJECT
 public:
  /// Qt Charts slows down far above this (measured: 10 000 markers take 0.2 s); the rest is thinned evenly.
  static constexpr std::size_t mostMarkers = 2000;

  using Plot::Plot;
  ~ChartPlot() override;

  void setDescription(ChartDescription description);
  const ChartDescription& chart() const { return description_; }

  QString title() const override { return description_.title; }
  void paint(QPainter& painter, const QRectF& area, const Theme& theme) override;
  PlotTable table() const override;

 private:
  ChartDescription description_;
};

}  // namespace axescope::ui
