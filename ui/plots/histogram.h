// SPDX-License-Identifier: GPL-3.0-or-later
// How often which value: the one histogram of all pages.
#pragma once

#include <QColor>
#include <QPainter>
#include <QString>
#include <vector>

#include "ui/plots/plot_frame.h"

namespace axescope::ui {

struct HistogramDescription {
  QString title;
  QString xTitle;
  AxisRange range;             // of the bins
  std::vector<double> counts;  // equally wide bins
  std::vector<double> limits;  // vertical lines: an accumulator's range
  QColor colour;               // the theme's accent when invalid
  bool logarithmic = false;    // counts
};

void paintHistogram(QPainter& painter, const QRectF& area, const HistogramDescription& histogram, const Theme& theme);

/// Equally wide bins over all finite values; at most `most` values are looked at, evenly spread.
HistogramDescription histogramOf(const float* values, std::int64_t count, int bins, std::int64_t most);

}  // namespace axescope::ui
