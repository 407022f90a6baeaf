// SPDX-License-Identifier: GPL-3.0-or-later
// Histograms side by side.
#pragma once

#include "ui/plots/histogram.h"
#include "ui/plots/plot.h"

namespace axescope::ui {

class HistogramsPlot : public Plot {
  Q_OBJECT
 public:
  using Plot::Plot;
  void setHistograms(const QString& title, std::vector<HistogramDescription> histograms);
  void setNotice(const QString& notice) {
    notice_ = notice;
    setHistograms({}, {});
  }
  /// What is shown where there are no histograms.
  const QString& notice() const { return notice_; }

  QString title() const override { return title_; }
  void paint(QPainter& painter, const QRectF& area, const Theme& theme) override;
  PlotTable table() const override;

 private:
  QString title_;
  QString notice_;
  std::vector<HistogramDescription> histograms_;
};

/// Bins of histograms as rows: title, low and high end, count.
PlotTable histogramTable(const std::vector<HistogramDescription>& histograms);

}  // namespace axescope::ui
