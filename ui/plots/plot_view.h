// SPDX-License-Identifier: GPL-3.0-or-later
// Shows a plot in the window: its paint() into a kept picture; crosshair, hover and selection on top; zoom and pan.
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
  /// The row under the pointer or chosen with the arrow keys; −1 for none.
  int hoveredRow() const { return hovered_ ? hovered_->row : -1; }
  QSize sizeHint() const override { return {720, 440}; }

  /// Mouse and keyboard at a glance: gesture and effect.
  static QList<QPair<QString, QString>> gestures();

 Q_SIGNALS:
  /// A mark was clicked; with Ctrl it joins the selection.
  void rowClicked(int row, bool extend);
  /// Ctrl+C while the plot has the focus.
  void copyRequested();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void mouseDoubleClickEvent(QMouseEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;
  void changeEvent(QEvent* event) override;
  void focusInEvent(QFocusEvent* event) override;

 private:
  void repaintPlot();
  void paintCrosshair(QPainter& painter) const;
  void hover(const std::optional<PlotMark>& mark, QPoint globalPosition);
  void stepHover(int by);

  Plot* plot_;
  Theme theme_ = Theme::light();
  QPixmap picture_;
  QTimer refresh_;  // a live sweep changes a plot often; it is redrawn at most ten times a second
  std::optional<PlotMark> hovered_;
  std::optional<QPointF> pointer_;
  std::optional<QPointF> pressed_;
  bool dragging_ = false;
  bool focusIsFromKeys_ = false;
  QList<int> selectedRows_;
};

}  // namespace axescope::ui
