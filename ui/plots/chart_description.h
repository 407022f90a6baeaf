// SPDX-License-Identifier: GPL-3.0-or-later
// Lines and markers over two axes, in the numbers of the study: what a chart shows, whoever draws it.
#pragma once

#include <QPointF>
#include <QString>
#include <vector>

#include "ui/theme/series_style.h"

namespace axescope::ui {

struct ChartMarker {
  QPointF value;
  bool solid = true;   // guaranteed; hollow otherwise
  bool faded = false;  // dominated
  int row = -1;        // of the points model
  bool knee = false;   // where the front bends
};

struct ChartSeries {
  QString name;
  SeriesStyle style;
  std::vector<ChartMarker> markers;
  std::vector<QPointF> line;  // drawn as given; steps have their corners doubled, a value that is not a number is a gap
};

struct ChartAxis {
  QString title;  // "Inner width P_I": the symbol's underscore becomes a subscript
  bool logarithmic = false;
  bool percent = false;  // values are shares, shown as percentages
  bool integral = false;
};

struct ChartDescription {
  QString title;
  ChartAxis x;
  ChartAxis y;
  std::vector<ChartSeries> series;
  QString notice;  // said where there is nothing to draw; empty: that there are no points yet
};

}  // namespace axescope::ui
