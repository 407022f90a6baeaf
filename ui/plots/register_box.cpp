// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/register_box.h"

#include <QFontMetricsF>
#include <algorithm>

#include "ui/plots/symbol_text.h"

namespace axescope::ui {

namespace {

constexpr double padding = 9.0;
constexpr double stripHeight = 10.0;
constexpr double leastWidth = 112.0;

}  // namespace

double RegisterBox::height(const QFont& font) {
  return 2.0 * QFontMetricsF(font).height() + stripHeight + 3 * padding;
}

double RegisterBox::width(int bits, double bit) {
  return std::max(leastWidth, bits * bit + 2 * padding);
}

void RegisterBox::paint(QPainter& painter, const Theme& theme) const {
  const QFontMetricsF metrics(painter.font());
  const QRectF box(topLeft, QSizeF(width(bits, bit), height(painter.font())));
  const QColor frame = kind == Kind::certified ? theme.good : kind == Kind::unproven ? theme.warning : theme.border;
  painter.setPen(QPen(frame, emphasis ? 2.6 : 1.5));
  painter.setBrush(theme.panel);
  painter.drawRoundedRect(box, 7, 7);
  painter.save();
  QFont bold = painter.font();
  bold.setWeight(QFont::DemiBold);
  painter.setFont(bold);
  painter.setPen(theme.text);
  painter.drawText(QRectF(box.left(), box.top() + padding - 2, box.width(), metrics.height()), Qt::AlignCenter, title);
  painter.restore();
  QFont small = painter.font();
  const QFont usual = painter.font();
  small.setPixelSize(std::max(9, QFontInfo(usual).pixelSize() - 1));
  painter.setFont(small);
  painter.setPen(kind == Kind::unproven ? theme.warning : theme.mutedText);
  painter.drawText(
      QRectF(box.left() + 2, box.top() + padding + metrics.height() - 2, box.width() - 4, metrics.height()),
      Qt::AlignCenter, detail);
  painter.setFont(usual);
  // The strip: bits the worst input needs are filled, the rest is headroom.
  const double left = box.center().x() - bits * bit / 2;
  const double top = box.bottom() - padding - stripHeight + 2;
  const QColor fill = kind == Kind::certified ? theme.good : kind == Kind::unproven ? theme.warning : theme.mutedText;
  for (int i = 0; i < bits; ++i) {
    const QRectF cell(left + i * bit + 0.5, top, bit - 1.0, stripHeight);
    const bool needed = i >= bits - usedBits;  // the sign bit stands on the left
    painter.setPen(QPen(fill, 0.8));
    painter.setBrush(needed ? QBrush(fill) : QBrush(Qt::NoBrush));
    painter.drawRect(cell);
  }
}

}  // namespace axescope::ui
