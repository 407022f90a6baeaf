// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/register_box.h"

#include <QFontMetricsF>
#include <algorithm>

#include "ui/plots/datapath_plot.h"

namespace axescope::ui {

namespace {

constexpr double padding = 9.0;
constexpr double stripHeight = 10.0;

QFont detailFont(const QFont& usual) {
  QFont small = usual;
  small.setPixelSize(std::max(9, QFontInfo(usual).pixelSize() - 1));
  return small;
}

}  // namespace

double RegisterBox::height(const QFont& font) {
  return 2.0 * QFontMetricsF(font).height() + stripHeight + 3 * padding;
}

double RegisterBox::widthFor(int bits, double bit, const QFont& font, double most) {
  const double text = QFontMetricsF(detailFont(font)).horizontalAdvance(DatapathPlot::tr("may overflow, needs 00"));
  return std::max(std::min(text + 2 * padding, most), bits * bit + 2 * padding);
}

void RegisterBox::paint(QPainter& painter, const Theme& theme) const {
  const QFontMetricsF metrics(painter.font());
  const QRectF box(topLeft, QSizeF(width, height(painter.font())));
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
  const QFont usual = painter.font();
  painter.setFont(detailFont(usual));
  painter.setPen(kind == Kind::unproven ? theme.warning : theme.mutedText);
  const QRectF line(box.left() + 2, box.top() + padding + metrics.height() - 2, box.width() - 4, metrics.height());
  painter.drawText(line, Qt::AlignCenter,
                   QFontMetricsF(painter.font()).elidedText(detail, Qt::ElideRight, line.width()));
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
