// SPDX-License-Identifier: GPL-3.0-or-later
// What a point costs layer by layer: stacked bars of products, element-wise work and memory, under one cost model or
// two side by side, and before quantizing what is between layers.
#pragma once

#include <optional>
#include <vector>

#include "core/cost/cost_by_layer.h"
#include "ui/plots/plot.h"

namespace axescope::ui {

/// The same rows under one cost model.
struct CostPanel {
  QString title;  // of the model
  QString unit;
  std::vector<SharedCost> costs;                  // by row
  std::optional<std::vector<SharedCost>> before;  // with everything between layers in float
};

struct CostDescription {
  QString point;  // title
  QStringList rows;
  std::vector<CostPanel> panels;  // one or two, with as many costs as rows
  QString reason;                 // why there are none
};

class CostPlot : public Plot {
  Q_OBJECT
 public:
  using Plot::Plot;
  void setDescription(CostDescription description);
  const CostDescription& description() const { return description_; }

  QString title() const override;
  void paint(QPainter& painter, const QRectF& area, const Theme& theme) override;
  PlotTable table() const override;
  /// The row at that height, in any panel.
  std::optional<PlotMark> markNear(QPointF position, double reach) const override;

 private:
  void paintNames(QPainter& painter, const QRectF& box, const Theme& theme);
  void paintPanel(QPainter& painter, const CostPanel& panel, const QRectF& box, const Theme& theme) const;
  void paintAxis(QPainter& painter, const CostPanel& panel, const QRectF& bars, const Theme& theme) const;
  double rowTop(std::size_t row) const { return rowsTop_ + static_cast<double>(row) * rowHeight_; }

  CostDescription description_;
  double rowsTop_ = 0.0;  // of the last paint(), as is the next
  double rowHeight_ = 0.0;
  QRectF area_;
};

}  // namespace axescope::ui
