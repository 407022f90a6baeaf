// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot.h"

#include <QLineF>

#include "ui/plots/pgfplots.h"

namespace axescope::ui {

QString Plot::pgfplots() const {
  return pgfTable(table());
}

std::optional<PlotMark> Plot::markNear(QPointF position, double reach) const {
  std::optional<PlotMark> nearest;
  double best = reach;
  for (const PlotMark& mark : marks()) {
    const double distance = QLineF(mark.position, position).length();
    if (distance > best) continue;
    best = distance;
    nearest = mark;
  }
  return nearest;
}

std::optional<PlotReading> Plot::readingAt(QPointF) const {
  return std::nullopt;
}

void Plot::zoom(QPointF, double) {}
void Plot::pan(QPointF) {}
void Plot::resetZoom() {}

}  // namespace axescope::ui
