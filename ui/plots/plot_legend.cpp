// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/plot_legend.h"

#include <QFontMetricsF>
#include <utility>

#include "ui/plots/symbol_text.h"

namespace axescope::ui {

namespace {

constexpr double markerRadius = 5.0;
constexpr double markerRoom = 20.0;
constexpr double between = 18.0;

}  // namespace

PlotLegend::PlotLegend(std::vector<LegendEntry> entries, const QFont& font, double width)
    : entries_(std::move(entries)), font_(font) {
  const QFontMetricsF metrics(font);
  rowHeight_ = metrics.height() + 4.0;
  double x = 0.0;
  for (const LegendEntry& entry : entries_) {
    const double needed = markerRoom + metrics.horizontalAdvance(entry.name);
    if (x > 0.0 && x + needed > width) {
      x = 0.0;
      ++rows_;
    }
    places_.emplace_back(x, rows_ * rowHeight_);
    x += needed + between;
  }
  if (!entries_.empty()) ++rows_;
}

double PlotLegend::height() const {
  return rows_ * rowHeight_;
}

void PlotLegend::paint(QPainter& painter, QPointF topLeft, const Theme& theme) const {
  painter.save();
  painter.setFont(font_);
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const QPointF at = topLeft + places_[i];
    drawMarker(painter, at + QPointF(markerRadius + 2.0, rowHeight_ / 2), markerRadius, entries_[i].style,
               entries_[i].solid, false, theme);
    painter.setPen(theme.text);
    drawSymbolText(painter, QRectF(at + QPointF(markerRoom - 2.0, 0), QSizeF(2000, rowHeight_)),
                   Qt::AlignLeft | Qt::AlignVCenter, entries_[i].name);
  }
  painter.restore();
}

void drawMarker(QPainter& painter, QPointF centre, double radius, const SeriesStyle& style, bool solid, bool faded,
                const Theme& theme) {
  constexpr float fadedAlpha = 0.38F;
  QColor colour = style.colour;
  if (faded) colour.setAlphaF(fadedAlpha);
  painter.setPen(solid ? QPen(Qt::NoPen) : QPen(colour, 1.5));
  painter.setBrush(solid ? QBrush(colour) : QBrush(theme.surface));
  painter.drawPath(markerPath(style.marker, radius).translated(centre));
}

}  // namespace axescope::ui
