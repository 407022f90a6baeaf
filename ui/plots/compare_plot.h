// SPDX-License-Identifier: GPL-3.0-or-later
// Two points layer by layer: a pair of bars for a metric, and beside them how much B differs from A.
#pragma once

#include <optional>

#include "ui/models/layer_metric.h"
#include "ui/plots/plot.h"

namespace axescope::ui {

struct CompareLayer {
  QString name;
  std::optional<LayerMeasurement> a;  // empty where a point did not quantize the layer
  std::optional<LayerMeasurement> b;
};

struct CompareDescription {
  QString a;  // titles of the points
  QString b;
  const LayerMetric* metric = nullptr;
  std::vector<CompareLayer> layers;  // from top to bottom
  QString reason;                    // why there are none

  std::optional<double> difference(const CompareLayer& layer) const;
};

class ComparePlot : public Plot {
  Q_OBJECT
 public:
  using Plot::Plot;
  void setDescription(CompareDescription description);
  const CompareDescription& description() const { return description_; }

  QString title() const override;
  void paint(QPainter& painter, const QRectF& area, const Theme& theme) override;
  PlotTable table() const override;
  /// The layer whose row is at that height; the whole row counts.
  std::optional<PlotMark> markNear(QPointF position, double reach) const override;

 private:
  struct Columns {
    QRectF names;
    QRectF bars;
    QRectF differences;
    double rowHeight = 0.0;

    double top(std::size_t row) const { return bars.top() + static_cast<double>(row) * rowHeight; }
  };

  Columns place(const QPainter& painter, const QRectF& area) const;
  void paintNames(QPainter& painter, const Theme& theme) const;
  void paintAxis(QPainter& painter, const Theme& theme) const;
  void paintBars(QPainter& painter, const Theme& theme);
  void paintDifferences(QPainter& painter, const Theme& theme) const;
  double barEnd(double value) const;

  CompareDescription description_;
  double most_ = 0.0;             // the axis ends here
  double leastDifference_ = 0.0;  // 0 or below
  double mostDifference_ = 0.0;   // 0 or above
  Columns columns_;               // of the last paint()
};

}  // namespace axescope::ui
