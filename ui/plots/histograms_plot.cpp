// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/histograms_plot.h"

#include <QFontMetricsF>
#include <utility>

namespace axescope::ui {

void HistogramsPlot::setHistograms(const QString& title, std::vector<HistogramDescription> histograms) {
  title_ = title;
  histograms_ = std::move(histograms);
  Q_EMIT changed();
}

void HistogramsPlot::paint(QPainter& painter, const QRectF& area, const Theme& theme) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillRect(area, theme.surface);
  if (histograms_.empty()) {
    drawNotice(painter, area, notice_, theme);
    painter.restore();
    return;
  }
  constexpr double margin = 24.0;
  const double line = QFontMetricsF(painter.font()).height();
  drawHeading(painter, QRectF(area.left() + margin, area.top() + 10, area.width() - 2 * margin, line), title_, theme);
  const double width =
      (area.width() - margin * static_cast<double>(histograms_.size() + 1)) / static_cast<double>(histograms_.size());
  double left = area.left() + margin;
  for (const HistogramDescription& histogram : histograms_) {
    paintHistogram(painter, QRectF(left, area.top() + line + 20, width, area.height() - line - 26), histogram, theme);
    left += width + margin;
  }
  painter.restore();
}

PlotTable HistogramsPlot::table() const {
  return histogramTable(histograms_);
}

PlotTable histogramTable(const std::vector<HistogramDescription>& histograms) {
  PlotTable table;
  table.columns = {HistogramsPlot::tr("histogram"), HistogramsPlot::tr("low"), HistogramsPlot::tr("high"),
                   HistogramsPlot::tr("count")};
  for (const HistogramDescription& histogram : histograms) {
    const double width =
        histogram.range.length() / static_cast<double>(std::max<std::size_t>(1, histogram.counts.size()));
    for (std::size_t bin = 0; bin < histogram.counts.size(); ++bin) {
      const double low = histogram.range.low + static_cast<double>(bin) * width;
      table.rows.push_back({histogram.title, low, low + width, histogram.counts[bin]});
    }
  }
  return table;
}

}  // namespace axescope::ui
