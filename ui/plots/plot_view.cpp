// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

namespace axescope::ui {

namespace {

constexpr int refreshInterval = 100;  // milliseconds
constexpr double reach = 14.0;        // pixels around a mark that count as on it
constexpr double ringRadius = 9.5;
constexpr double dragThreshold = 5.0;
constexpr double zoomStep = 1.25;
constexpr double wheelNotch = 120.0;

}  // namespace

PlotView::PlotView(Plot* plot, QWidget* parent) : QWidget(parent), plot_(plot) {
  setMouseTracking(true);
  setFocusPolicy(Qt::StrongFocus);
  setMinimumSize(320, 160);
  setAccessibleName(tr("Plot"));
  refresh_.setSingleShot(true);
  refresh_.setInterval(refreshInterval);
  connect(&refresh_, &QTimer::timeout, this, &PlotView::repaintPlot);
  connect(plot, &Plot::changed, this, [this] {
    if (!refresh_.isActive()) refresh_.start();
  });
}

QList<QPair<QString, QString>> PlotView::gestures() {
  return {{tr("Click a marker"), tr("select it everywhere")},
          {tr("Ctrl+click"), tr("add it to the selection")},
          {tr("Wheel, + and −"), tr("zoom")},
          {tr("Drag"), tr("pan")},
          {tr("Double click, 0"), tr("show all again")},
          {tr("← and →, then Enter"), tr("walk along the markers and select one")},
          {tr("Ctrl+C"), tr("copy the plot as picture")}};
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
  paintCrosshair(painter);
  painter.setBrush(Qt::NoBrush);
  for (const PlotMark& mark : plot_->marksOf(selectedRows_)) {
    painter.setPen(QPen(theme_.accent, 2.2));
    painter.drawEllipse(mark.position, ringRadius, ringRadius);
  }
  if (hovered_) {
    painter.setPen(QPen(theme_.text, 1.4));
    painter.drawEllipse(hovered_->position, ringRadius, ringRadius);
  }
  if (hasFocus() && focusIsFromKeys_) {
    painter.setPen(QPen(theme_.accent, 1.0));
    painter.drawRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5));
  }
}

void PlotView::paintCrosshair(QPainter& painter) const {
  if (!pointer_ || dragging_) return;
  const auto reading = plot_->readingAt(*pointer_);
  if (!reading) return;
  painter.setRenderHint(QPainter::Antialiasing, false);
  painter.setPen(QPen(theme_.mutedText, 0.0, Qt::DotLine));
  painter.drawLine(QPointF(pointer_->x(), reading->area.top()), QPointF(pointer_->x(), reading->area.bottom()));
  painter.drawLine(QPointF(reading->area.left(), pointer_->y()), QPointF(reading->area.right(), pointer_->y()));
  painter.setRenderHint(QPainter::Antialiasing);
  const QFontMetricsF metrics(painter.font());
  const auto tag = [&](const QString& text, QPointF centre) {
    const QSizeF size(metrics.horizontalAdvance(text) + 10.0, metrics.height() + 2.0);
    QRectF box(QPointF(0, 0), size);
    box.moveCenter(centre);
    box.moveLeft(std::clamp(box.left(), 0.0, std::max(0.0, width() - size.width())));
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme_.text);
    painter.drawRoundedRect(box, 3, 3);
    painter.setPen(theme_.surface);
    painter.drawText(box, Qt::AlignCenter, text);
  };
  tag(reading->x, {pointer_->x(), reading->area.bottom() + metrics.height() / 2 + 4.0});
  tag(reading->y, {reading->area.left() - metrics.horizontalAdvance(reading->y) / 2 - 6.0, pointer_->y()});
}

void PlotView::hover(const std::optional<PlotMark>& mark, QPoint globalPosition) {
  hovered_ = mark;
  const QString text = hovered_ ? plot_->description(*hovered_) : QString();
  if (text.isEmpty()) {
    QToolTip::hideText();
  } else {
    QToolTip::showText(globalPosition + QPoint(14, 10), text, this);
  }
  setCursor(hovered_ ? Qt::PointingHandCursor : Qt::ArrowCursor);
  update();
}

void PlotView::mouseMoveEvent(QMouseEvent* event) {
  pointer_ = event->position();
  if (pressed_ && event->buttons().testFlag(Qt::LeftButton)) {
    const QPointF by = event->position() - *pressed_;
    dragging_ = dragging_ || by.manhattanLength() > dragThreshold;
    if (dragging_) {
      plot_->pan(by);
      pressed_ = event->position();
      repaintPlot();
      return;
    }
  }
  hover(plot_->markNear(event->position(), reach), event->globalPosition().toPoint());
}

void PlotView::mousePressEvent(QMouseEvent* event) {
  if (event->button() == Qt::LeftButton) pressed_ = event->position();
}

void PlotView::mouseReleaseEvent(QMouseEvent* event) {
  if (event->button() != Qt::LeftButton) return;
  const bool clicked = !dragging_;
  pressed_.reset();
  dragging_ = false;
  if (!clicked) return;
  if (const auto mark = plot_->markNear(event->position(), reach)) {
    Q_EMIT rowClicked(mark->row, event->modifiers().testFlag(Qt::ControlModifier));
  }
}

void PlotView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (plot_->markNear(event->position(), reach)) return;
  plot_->resetZoom();
  repaintPlot();
}

void PlotView::wheelEvent(QWheelEvent* event) {
  plot_->zoom(event->position(), std::pow(zoomStep, event->angleDelta().y() / wheelNotch));
  repaintPlot();
  event->accept();
}

void PlotView::stepHover(int by) {
  const auto& marks = plot_->marks();
  if (marks.empty()) return;
  std::vector<PlotMark> ordered = marks;
  std::sort(ordered.begin(), ordered.end(), [](const PlotMark& a, const PlotMark& b) {
    return std::pair(a.position.x(), -a.position.y()) < std::pair(b.position.x(), -b.position.y());
  });
  const auto current = std::find_if(ordered.begin(), ordered.end(),
                                    [&](const PlotMark& mark) { return hovered_ && mark.row == hovered_->row; });
  const auto count = static_cast<std::ptrdiff_t>(ordered.size());
  const std::ptrdiff_t next = current == ordered.end()
                                  ? (by > 0 ? 0 : count - 1)
                                  : std::clamp<std::ptrdiff_t>(current - ordered.begin() + by, 0, count - 1);
  const PlotMark& mark = ordered[static_cast<std::size_t>(next)];
  hover(mark, mapToGlobal(mark.position.toPoint()));
}

void PlotView::keyPressEvent(QKeyEvent* event) {
  if (event->matches(QKeySequence::Copy)) {
    Q_EMIT copyRequested();
    return;
  }
  const QPointF middle = QRectF(rect()).center();
  switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
      stepHover(event->key() == Qt::Key_Right ? 1 : -1);
      return;
    case Qt::Key_Return:
    case Qt::Key_Enter:
    case Qt::Key_Space:
      if (hovered_) Q_EMIT rowClicked(hovered_->row, event->modifiers().testFlag(Qt::ControlModifier));
      return;
    case Qt::Key_Plus:
    case Qt::Key_Equal:
      plot_->zoom(middle, zoomStep);
      break;
    case Qt::Key_Minus:
      plot_->zoom(middle, 1.0 / zoomStep);
      break;
    case Qt::Key_0:
      plot_->resetZoom();
      break;
    default:
      QWidget::keyPressEvent(event);
      return;
  }
  repaintPlot();
}

void PlotView::leaveEvent(QEvent*) {
  hovered_.reset();
  pointer_.reset();
  update();
}

void PlotView::resizeEvent(QResizeEvent*) {
  picture_ = QPixmap();
}

// A frame helps whoever walks through the window by keys; after a click it would only be noise.
void PlotView::focusInEvent(QFocusEvent* event) {
  focusIsFromKeys_ = event->reason() != Qt::MouseFocusReason;
  QWidget::focusInEvent(event);
}

void PlotView::changeEvent(QEvent* event) {
  if (event->type() == QEvent::FontChange) repaintPlot();
  QWidget::changeEvent(event);
}

}  // namespace axescope::ui
