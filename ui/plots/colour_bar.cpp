// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/colour_bar.h"

#include <QFontMetricsF>
#include <algorithm>

#include "ui/theme/colour_map.h"

namespace axescope::ui {

QLinearGradient gradientOf(QPointF from, QPointF to, const std::function<QColor(double)>& colourAt) {
  QLinearGradient gradient(from, to);
  constexpr int steps = 32;  // between them the map is as good as straight
  for (int i = 0; i <= steps; ++i) {
    const double place = static_cast<double>(i) / steps;
    gradient.setColorAt(place, colourAt(place));
  }
  return gradient;
}

void drawColourBar(QPainter& painter, const QRectF& bar, const QStringList& labels, const Theme& theme) {
  constexpr double gap = 6.0;
  constexpr double room = 80.0;
  painter.save();
  painter.fillRect(bar, gradientOf(bar.bottomLeft(), bar.topLeft(), &sequentialColour));
  QFont plain = painter.font();
  plain.setWeight(QFont::Normal);
  painter.setFont(plain);
  painter.setPen(theme.mutedText);
  const double line = QFontMetricsF(plain).height();
  for (qsizetype i = 0; i < labels.size(); ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(std::max<qsizetype>(1, labels.size() - 1));
    painter.drawText(QRectF(bar.right() + gap, bar.bottom() - share * bar.height() - line / 2, room, line),
                     Qt::AlignLeft | Qt::AlignVCenter, labels[i]);
  }
  painter.restore();
}

}  // namespace axescope::ui
