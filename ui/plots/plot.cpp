// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot.h"

#include <QLineF>
#include <algorithm>
#include <iterator>

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

std::vector<PlotMark> Plot::marksOf(const QList<int>& rows) const {
  std::vector<PlotMark> found;
  if (rows.isEmpty()) return found;
  std::copy_if(marks_.begin(), marks_.end(), std::back_inserter(found),
               [&](const PlotMark& mark) { return rows.contains(mark.row); });
  return found;
}

std::optional<PlotReading> Plot::readingAt(QPointF) const {
  return std::nullopt;
}

void Plot::zoom(QPointF, double) {}
void Plot::pan(QPointF) {}
void Plot::resetZoom() {}

}  // namespace axescope::ui
