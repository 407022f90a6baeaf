// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/histogram.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <limits>

namespace axescope::ui {

void paintHistogram(QPainter& painter, const QRectF& area, const HistogramDescription& histogram, const Theme& theme) {
  painter.save();
  const double line = QFontMetricsF(painter.font()).height();
  drawHeading(painter, QRectF(area.left(), area.top(), area.width(), line), histogram.title, theme);
  const double most =
      histogram.counts.empty() ? 0.0 : *std::max_element(histogram.counts.begin(), histogram.counts.end());
  const auto height = [&](double count) { return histogram.logarithmic ? std::log10(1.0 + count) : count; };
  AxisRange x = histogram.range;
  if (!(x.length() > 0.0)) x = {x.low - 0.5, x.low + 0.5};
  const double margin = histogram.limits.empty() ? 0.0 : 0.04 * x.length();
  const PlotFrame frame{QRectF(area.left() + 4, area.top() + line + 10, area.width() - 12,
                               area.height() - line - 10 - PlotFrame::bottomRoom(painter.font())),
                        {x.low - margin, x.high + margin},
                        {0.0, std::max(1e-9, 1.05 * height(most))}};
  frame.paintX(painter, theme, {.title = histogram.xTitle, .suffix = {}, .ticks = 4});
  painter.setPen(Qt::NoPen);
  const QColor colour = histogram.colour.isValid() ? histogram.colour : theme.accent;
  const double width = x.length() / std::max<double>(1.0, static_cast<double>(histogram.counts.size()));
  for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
    if (histogram.counts[bin] <= 0.0) continue;
    const double low = x.low + static_cast<double>(bin) * width;
    QRectF bar(QPointF(frame.left(low), frame.top(height(histogram.counts[bin]))),
               QPointF(frame.left(low + width), frame.top(0.0)));
    if (bar.width() > 4.0) bar.adjust(0.5, 0, -0.5, 0);
    if (bar.height() < 1.0) bar.setTop(bar.bottom() - 1.0);  // one value in a million is seen too
    painter.fillRect(bar, colour);
  }
  painter.setPen(QPen(theme.limit, 1.6, Qt::DashLine));
  for (const double limit : histogram.limits) {
    painter.drawLine(QPointF(frame.left(limit), frame.area.top()), QPointF(frame.left(limit), frame.area.bottom()));
  }
  painter.restore();
}

HistogramDescription histogramOf(const float* values, std::int64_t count, int bins, std::int64_t most) {
  const std::int64_t step = std::max<std::int64_t>(1, (count + most - 1) / std::max<std::int64_t>(1, most));
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  const auto each = [&](const auto& use) {
    for (std::int64_t i = 0; i < count; i += step) {
      if (std::isfinite(values[i])) use(static_cast<double>(values[i]));
    }
  };
  each([&](double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  });
  HistogramDescription histogram;
  histogram.counts.resize(static_cast<std::size_t>(bins));
  if (!(low <= high)) return histogram;
  if (low == high) {
    low -= 0.5;
    high += 0.5;
  }
  histogram.range = {low, high};
  each([&](double value) {
    const double share = (value - low) / (high - low);
    ++histogram.counts[static_cast<std::size_t>(std::min(bins - 1.0, std::floor(share * bins)))];
  });
  return histogram;
}

}  // namespace axescope::ui
