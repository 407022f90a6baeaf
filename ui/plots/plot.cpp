// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot.h"

#include <QLineF>

namespace axescope::ui {

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

}  // namespace axescope::ui
