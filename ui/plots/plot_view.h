// SPDX-License-Identifier: GPL-3.0-or-later
// Shows a plot in the window: its paint() into a kept picture, hover and selection on top.
#pragma once

#include <QPixmap>
#include <QTimer>
#include <QWidget>
#include <optional>

#include "ui/plots/plot.h"

namespace axescope::ui {

class PlotView : public QWidget {
  Q_OBJECT
 public:
  /// The plot must outlive the view.
  explicit PlotView(Plot* plot, QWidget* parent = nullptr);

  Plot* plot() const { return plot_; }
  void setTheme(const Theme& theme);
  void setSelectedRows(const QList<int>& rows);
  QSize sizeHint() const override { return {720, 440}; }

 Q_SIGNALS:
  /// A mark was clicked; with Ctrl it joins the selection.
  void rowClicked(int row, bool extend);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void repaintPlot();

  Plot* plot_;
  Theme theme_ = Theme::light();
  QPixmap picture_;
  QTimer refresh_;  // a live sweep changes a plot often; it is redrawn at most ten times a second
  std::optional<PlotMark> hovered_;
  QList<int> selectedRows_;
};

}  // namespace axescope::ui
