// SPDX-License-Identifier: GPL-3.0-or-later
// A layer's budgets: a bar for each channel, how many use how much, and tile × channel below. Draws any number of
// channels: what falls into one pixel column is shown by its extremes.
#pragma once

#include <optional>

#include "ui/plots/budget_description.h"
#include "ui/plots/plot.h"
#include "ui/plots/plot_frame.h"
#include "ui/plots/plot_legend.h"

namespace axescope::ui {

class BudgetPlot : public Plot {
  Q_OBJECT
 public:
  using Plot::Plot;
  void setDescription(BudgetDescription description);
  const BudgetDescription& budget() const { return description_; }
  /// Said in the plot's place while there is none.
  void setNotice(const QString& notice);

  QString title() const override { return description_.title; }
  void paint(QPainter& painter, const QRectF& area, const Theme& theme) override;
  PlotTable table() const override;

  /// Rows are channels.
  std::optional<PlotMark> markNear(QPointF position, double reach) const override;
  std::vector<PlotMark> marksOf(const QList<int>& rows) const override;
  std::optional<PlotReading> readingAt(QPointF position) const override;
  void zoom(QPointF at, double factor) override;
  void pan(QPointF by) override;
  void resetZoom() override;
  bool zoomed() const override { return chosen_.has_value(); }

 private:
  AxisRange shownChannels() const;
  void choose(AxisRange range);
  void paintBars(QPainter& painter, const Theme& theme) const;
  void paintLimits(QPainter& painter, const Theme& theme) const;
  /// What the colours mean that occur.
  std::vector<LegendEntry> meanings(const Theme& theme) const;
  void paintHistogram(QPainter& painter, const QRectF& area, const Theme& theme) const;
  void paintTiles(QPainter& painter, const QRectF& area, const Theme& theme) const;
  QString xTitle() const;
  static QColor barColour(double use, const Theme& theme);
  static QColor belowColour(double use, const Theme& theme);

  BudgetDescription description_;
  QString notice_;
  std::optional<AxisRange> chosen_;  // of places in the order shown
  PlotFrame frame_;                  // of the bars, from the last paint()
};

}  // namespace axescope::ui
