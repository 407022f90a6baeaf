// SPDX-License-Identifier: GPL-3.0-or-later
// Lines and markers over two axes. Qt Charts draws axes and grid; lines, markers and legend are drawn here, because
// its scatter series slow down far below the sizes of studies and know neither hollow legends nor our shapes.
#pragma once

#include <QPolygonF>
#include <vector>

#include "ui/plots/chart_axis.h"
#include "ui/plots/chart_description.h"
#include "ui/plots/plot.h"

namespace axescope::ui {

class ChartPlot : public Plot {
  Q_OBJECT
 public:
  /// More are thinned: dominated points first.
  static constexpr std::size_t mostMarkers = 2000;
  /// Vertices of one line; longer ones are reduced to what each pixel column spans.
  static constexpr qsizetype mostVertices = 10'000;

  using Plot::Plot;
  ~ChartPlot() override;

  void setDescription(ChartDescription description);
  const ChartDescription& chart() const { return description_; }

  QString title() const override { return description_.title; }
  void paint(QPainter& painter, const QRectF& area, const Theme& theme) override;
  /// Of what lies within the axes when zoomed.
  PlotTable table() const override;
  QString pgfplots() const override;

  std::optional<PlotReading> readingAt(QPointF position) const override;
  void zoom(QPointF at, double factor) override;
  void pan(QPointF by) override;
  void resetZoom() override;
  bool zoomed() const override { return chosenX_.has_value(); }

 private:
  struct Frame {  // of the last paint()
    QRectF axes;
    AxisRange x;
    AxisRange y;
    QPointF position(QPointF place) const;
    QPointF place(QPointF position) const;
  };
  AxisScale scale(const ChartAxis& axis) const;
  bool visible(const ChartMarker& marker) const;
  QRectF paintAxes(QPainter& painter, const QRectF& area, const Theme& theme) const;
  void paintLines(QPainter& painter) const;
  void paintMarkers(QPainter& painter, const Theme& theme);
  void paintKnees(QPainter& painter, const Theme& theme) const;
  void setRanges(const AxisRange& x, const AxisRange& y);

  ChartDescription description_;
  std::optional<AxisRange> chosenX_;  // by zooming
  std::optional<AxisRange> chosenY_;
  Frame frame_;
};

/// The same line with at most four vertices in each pixel column: its first, last, highest and lowest.
QPolygonF thinned(const QPolygonF& line, qsizetype most);

}  // namespace axescope::ui
