// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_frame.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <vector>

#include "ui/plots/symbol_text.h"

namespace axescope::ui {

namespace {

constexpr double gap = 6.0;

struct Tick {
  double value = 0.0;
  QString text;
};

std::vector<Tick> ticksOf(const AxisRange& range, const PlotFrame::Labels& labels) {
  std::vector<Tick> ticks;
  const double low = range.low * labels.unit;
  const double high = range.high * labels.unit;
  double interval = niceInterval(high - low, labels.ticks);
  if (labels.whole) interval = std::max(1.0, std::ceil(interval));
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(interval) - 1e-9)), 0, 6);
  const bool huge = std::max(std::abs(low), std::abs(high)) >= 1e7;
  constexpr int most = 200;
  const double first = std::ceil(low / interval - 1e-9);
  for (int i = 0; i < most; ++i) {
    const double value = (first + i) * interval;
    if (value > high + 1e-9 * interval) break;
    const double shown = value == 0.0 ? 0.0 : value;  // never "-0"
    ticks.push_back({value / labels.unit,
                     (huge ? QString::number(shown, 'g', 4) : QString::number(shown, 'f', decimals)) + labels.suffix});
  }
  return ticks;
}

QFont titleFont(const QPainter& painter) {
  QFont font = painter.font();
  font.setWeight(QFont::DemiBold);
  return font;
}

}  // namespace

double PlotFrame::leftRoom(const QFont& font) {
  const QFontMetricsF metrics(font);
  return metrics.horizontalAdvance(QStringLiteral("−000000")) + metrics.height() + 3 * gap;
}

double PlotFrame::bottomRoom(const QFont& font) {
  return 2.0 * QFontMetricsF(font).height() + 3 * gap;
}

void PlotFrame::paintX(QPainter& painter, const Theme& theme, const Labels& labels) const {
  const QFontMetricsF metrics(painter.font());
  double lastEnd = -1e9;
  for (const Tick& tick : ticksOf(x, labels)) {
    const double at = left(tick.value);
    painter.setPen(QPen(theme.grid, 1.0));
    painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()));
    const double width = metrics.horizontalAdvance(tick.text);
    if (at - width / 2 < lastEnd + gap) continue;
    lastEnd = at + width / 2;
    painter.setPen(theme.mutedText);
    painter.drawText(QRectF(at - width, area.bottom() + gap, 2 * width, metrics.height()), Qt::AlignCenter, tick.text);
  }
  painter.setPen(QPen(theme.border, 1.0));
  painter.drawLine(area.bottomLeft(), area.bottomRight());
  painter.save();
  painter.setFont(titleFont(painter));
  painter.setPen(theme.text);
  drawSymbolText(painter,
                 QRectF(area.left(), area.bottom() + metrics.height() + 2 * gap, area.width(), metrics.height()),
                 Qt::AlignCenter, QFontMetricsF(painter.font()).elidedText(labels.title, Qt::ElideRight, area.width()));
  painter.restore();
}

void PlotFrame::paintY(QPainter& painter, const Theme& theme, const Labels& labels) const {
  const QFontMetricsF metrics(painter.font());
  for (const Tick& tick : ticksOf(y, labels)) {
    const double at = top(tick.value);
    painter.setPen(QPen(theme.grid, 1.0));
    painter.drawLine(QPointF(area.left(), at), QPointF(area.right(), at));
    painter.setPen(theme.mutedText);
    painter.drawText(QRectF(area.left() - 200.0 - gap, at - metrics.height() / 2, 200.0, metrics.height()),
                     Qt::AlignRight | Qt::AlignVCenter, tick.text);
  }
  if (labels.title.isEmpty()) return;
  painter.save();
  painter.setFont(titleFont(painter));
  painter.setPen(theme.text);
  painter.translate(area.left() - leftRoom(painter.font()) + metrics.height() / 2 + gap, area.center().y());
  painter.rotate(-90);
  drawSymbolText(painter, QRectF(-area.height() / 2 - 40, -metrics.height() / 2, area.height() + 80, metrics.height()),
                 Qt::AlignCenter, labels.title);
  painter.restore();
}

void drawNotice(QPainter& painter, const QRectF& area, const QString& text, const Theme& theme) {
  constexpr double margin = 40.0;
  painter.save();
  painter.setPen(theme.mutedText);
  painter.drawText(area.adjusted(margin, 0, -margin, 0), Qt::AlignCenter | Qt::TextWordWrap, text);
  painter.restore();
}

void drawHeading(QPainter& painter, const QRectF& box, const QString& text, const Theme& theme) {
  painter.save();
  painter.setFont(titleFont(painter));
  painter.setPen(theme.text);
  drawSymbolText(painter, box, Qt::AlignLeft | Qt::AlignVCenter,
                 QFontMetricsF(painter.font()).elidedText(text, Qt::ElideRight, box.width()));
  painter.restore();
}

}  // namespace axescope::ui
