// SPDX-License-Identifier: GPL-3.0-or-later
// What stands beside and below the bars of a budget plot.
#include <QFontMetricsF>
#include <QImage>
#include <algorithm>
#include <array>
#include <cmath>

#include "ui/plots/budget_plot.h"
#include "ui/plots/colour_bar.h"
#include "ui/theme/colour_map.h"

namespace axescope::ui {

namespace {

constexpr double nearlyFull = 0.95;

}  // namespace

QColor BudgetPlot::barColour(double use, const Theme& theme) {
  if (use > 1.0) return theme.error;
  if (use >= nearlyFull) return theme.warning;
  return theme.bar;
}

// Of the part below zero: told from the part above, and no louder.
QColor BudgetPlot::belowColour(double use, const Theme& theme) {
  if (use < nearlyFull) return theme.barBelow;
  constexpr float strength = 0.7F;
  const QColor full = barColour(use, theme);
  const auto mixed = [](float a, float b) { return strength * a + (1.0F - strength) * b; };
  return QColor::fromRgbF(mixed(full.redF(), theme.surface.redF()), mixed(full.greenF(), theme.surface.greenF()),
                          mixed(full.blueF(), theme.surface.blueF()));
}

void BudgetPlot::paintHistogram(QPainter& painter, const QRectF& area, const Theme& theme) const {
  constexpr std::size_t bins = 20;
  std::array<double, bins + 1> counts{};  // the last holds what is above 100 %
  for (const ChannelBudget& channel : description_.channels) {
    const double place = std::ceil(channel.use * bins) - 1.0;
    counts[channel.use > 1.0 ? bins : static_cast<std::size_t>(std::clamp(place, 0.0, bins - 1.0))] += 1.0;
  }
  const double most = *std::max_element(counts.begin(), counts.end());
  const PlotFrame frame{area, {0.0, std::max(1.0, most)}, {0.0, 1.0 + 1.0 / bins}};
  frame.paintY(painter, theme, {.title = {}, .unit = 100.0, .suffix = QStringLiteral(" %"), .ticks = 5});
  frame.paintX(painter, theme, {.title = tr("Channels"), .suffix = {}, .whole = true, .ticks = 2});
  painter.setPen(Qt::NoPen);
  for (std::size_t bin = 0; bin <= bins; ++bin) {
    if (counts[bin] == 0.0) continue;
    const double low = static_cast<double>(bin) / bins;
    painter.fillRect(QRectF(QPointF(frame.area.left(), frame.top(low + 1.0 / bins) + 1),
                            QPointF(frame.left(counts[bin]), frame.top(low))),
                     barColour(bin == bins ? 2.0 : low + 1.0 / bins, theme));
  }
  const double line = QFontMetricsF(painter.font()).height();
  drawHeading(painter, QRectF(area.left(), area.top() - line - 4, area.width(), line), tr("Use of the budget"), theme);
}

void BudgetPlot::paintTiles(QPainter& painter, const QRectF& area, const Theme& theme) const {
  const double line = QFontMetricsF(painter.font()).height();
  drawHeading(painter, QRectF(area.left(), area.top(), area.width(), line), tr("Use of the budget, tile × channel"),
              theme);
  const QRectF grid(area.left(), area.top() + line + 6, area.width(), area.height() - line - 6);
  const auto tiles = static_cast<std::size_t>(description_.tiles);
  const int columns = static_cast<int>(std::min(std::ceil(grid.width()), std::ceil(frame_.x.length())));
  QImage image(std::max(1, columns), static_cast<int>(tiles), QImage::Format_RGB32);
  for (int column = 0; column < image.width(); ++column) {
    const double low = frame_.x.low + frame_.x.length() * column / image.width();
    const double high = frame_.x.low + frame_.x.length() * (column + 1) / image.width();
    const auto first = static_cast<std::size_t>(std::max(0.0, std::floor(low + 1e-9)));
    const auto last =
        std::min(description_.channels.size(), std::max(first + 1, static_cast<std::size_t>(std::ceil(high - 1e-9))));
    for (std::size_t tile = 0; tile < tiles; ++tile) {
      float use = 0.0F;
      for (std::size_t i = first; i < last; ++i) use = std::max(use, description_.use[i * tiles + tile]);
      image.setPixelColor(column, static_cast<int>(tile), use > 1.0F ? theme.error : sequentialColour(use));
    }
  }
  painter.setRenderHint(QPainter::SmoothPixmapTransform, false);
  painter.drawImage(grid, image);
  painter.setPen(theme.mutedText);
  const double height = grid.height() / static_cast<double>(tiles);
  const auto step = static_cast<std::size_t>(std::max(1.0, std::ceil(line / height)));
  for (std::size_t tile = 0; tile < tiles; tile += step) {
    painter.drawText(
        QRectF(grid.left() - 60, grid.top() + static_cast<double>(tile) * height, 54, std::max(height, line)),
        Qt::AlignRight | (height >= line ? Qt::AlignVCenter : Qt::AlignTop), QString::number(tile));
  }
  drawColourBar(painter, QRectF(grid.right() + 40, grid.top(), 14, grid.height()),
                {QStringLiteral("0 %"), QStringLiteral("50 %"), QStringLiteral("100 %")}, theme);
}

}  // namespace axescope::ui
