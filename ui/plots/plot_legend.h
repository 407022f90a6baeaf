// SPDX-License-Identifier: GPL-3.0-or-later
// Names of series with their markers, in as many rows as they need.
#pragma once

#include <QPainter>
#include <QString>
#include <vector>

#include "ui/theme/series_style.h"

namespace axescope::ui {

struct LegendEntry {
  QString name;
  SeriesStyle style;
  bool solid = true;
};

class PlotLegend {
 public:
  PlotLegend(std::vector<LegendEntry> entries, const QFont& font, double width);

  /// 0 without entries.
  double height() const;
  void paint(QPainter& painter, QPointF topLeft, const Theme& theme) const;

 private:
  std::vector<LegendEntry> entries_;
  std::vector<QPointF> places_;  // of each entry's left end and row's top
  QFont font_;
  double rowHeight_ = 0.0;
  int rows_ = 0;
};

/// One marker as plots and legends draw it.
void drawMarker(QPainter& painter, QPointF centre, double radius, const SeriesStyle& style, bool solid, bool faded,
                const Theme& theme);

}  // namespace axescope::ui
