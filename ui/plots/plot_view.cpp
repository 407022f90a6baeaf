// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>

namespace axescope::ui {

namespace {

constexpr int refreshInterval = 100;  // milliseconds
constexpr double reach = 14.0;        // pixels around a mark that count as on it

}  // namespace

PlotView::PlotView(Plot* plot, QWidget* parent) : QWidget(parent), plot_(plot) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(320, 220);
  setAccessibleName(tr("Plot"));
  refresh_.setSingleShot(true);
  refresh_.setInterval(refreshInterval);
  connect(&refresh_, &QTimer::timeout, this, &PlotView::repaintPlot);
  connect(plot, &Plot::changed, this, [this] {
    if (!refresh_.isActive()) refresh_.start();
  });
}

void PlotView::setTheme(const Theme& theme) {
  theme_ = theme;
  repaintPlot();
}

void PlotView::setSelectedRows(const QList<int>& rows) {
  selectedRows_ = rows;
  update();
}

void PlotView::repaintPlot() {
  picture_ = QPixmap();
  update();
}

void PlotView::paintEvent(QPaintEvent*) {
  if (picture_.isNull()) {
    picture_ = QPixmap(size() * devicePixelRatioF());
    picture_.setDevicePixelRatio(devicePixelRatioF());
    picture_.fill(theme_.surface);
    QPainter painter(&picture_);
    painter.setFont(font());
    plot_->paint(painter, QRectF(rect()), theme_);
  }
  QPainter painter(this);
  painter.drawPixmap(0, 0, picture_);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setBrush(Qt::NoBrush);
  for (const PlotMark& mark : plot_->marks()) {
    if (!selectedRows_.contains(mark.row)) continue;
    painter.setPen(QPen(theme_.accent, 2.2));
    painter.drawEllipse(mark.position, 9.5, 9.5);
  }
  if (hovered_) {
    painter.setPen(QPen(theme_.mutedText, 1.2));
    painter.drawEllipse(hovered_->position, 9.5, 9.5);
  }
}

void PlotView::mouseMoveEvent(QMouseEvent* event) {
  hovered_ = plot_->markNear(event->position(), reach);
  const QString text = hovered_ ? plot_->description(*hovered_) : QString();
  if (text.isEmpty()) {
    QToolTip::hideText();
  } else {
    QToolTip::showText(event->globalPosition().toPoint() + QPoint(14, 10), text, this);
  }
  setCursor(hovered_ ? Qt::PointingHandCursor : Qt::ArrowCursor);
  update();
}

void PlotView::mousePressEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  if (const auto mark = plot_->markNear(event->position(), reach)) {
    Q_EMIT rowClicked(mark->row, event->modifiers().testFlag(Qt::ControlModifier));
  }
}

void PlotView::leaveEvent(QEvent*) {
  hovered_.reset();
  update();
}

void PlotView::resizeEvent(QResizeEvent*) {
  picture_ = QPixmap();
}

}  // namespace axescope::ui
