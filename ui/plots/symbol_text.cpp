// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/symbol_text.h"

#include <QFontMetricsF>
#include <QRegularExpression>
#include <vector>

namespace axescope::ui {

namespace {

const QRegularExpression& symbol() {
  static const QRegularExpression expression(QStringLiteral("\\b([A-Za-zµν])_([A-Za-z0-9])\\b"));
  return expression;
}

struct Piece {
  QString text;
  bool lowered = false;
};

std::vector<Piece> pieces(const QString& text) {
  std::vector<Piece> all;
  qsizetype at = 0;
  for (auto found = symbol().globalMatch(text); found.hasNext();) {
    const QRegularExpressionMatch match = found.next();
    all.push_back({text.mid(at, match.capturedEnd(1) - at), false});
    all.push_back({match.captured(2), true});
    at = match.capturedEnd();
  }
  all.push_back({text.mid(at), false});
  return all;
}

}  // namespace

QString symbolHtml(const QString& text) {
  return text.toHtmlEscaped().replace(symbol(), QStringLiteral("\\1<sub>\\2</sub>"));
}

void drawSymbolText(QPainter& painter, const QRectF& box, Qt::Alignment alignment, const QString& text) {
  const QFont font = painter.font();
  QFont small = font;
  constexpr double lowered = 0.76;  // of the size of the text
  small.setPixelSize(std::max(8, qRound(lowered * QFontInfo(font).pixelSize())));
  const QFontMetricsF metrics(font);
  const QFontMetricsF smallMetrics(small);
  double width = 0.0;
  const std::vector<Piece> all = pieces(text);
  for (const Piece& piece : all) width += (piece.lowered ? smallMetrics : metrics).horizontalAdvance(piece.text);
  double x = box.left();
  if (alignment.testFlag(Qt::AlignHCenter)) x += (box.width() - width) / 2;
  if (alignment.testFlag(Qt::AlignRight)) x += box.width() - width;
  double baseline = box.top() + metrics.ascent();
  if (alignment.testFlag(Qt::AlignVCenter)) baseline += (box.height() - metrics.height()) / 2;
  if (alignment.testFlag(Qt::AlignBottom)) baseline += box.height() - metrics.height();
  for (const Piece& piece : all) {
    painter.setFont(piece.lowered ? small : font);
    painter.drawText(QPointF(x, baseline + (piece.lowered ? 0.2 * metrics.ascent() : 0.0)), piece.text);
    x += (piece.lowered ? smallMetrics : metrics).horizontalAdvance(piece.text);
  }
  painter.setFont(font);
}

}  // namespace axescope::ui
