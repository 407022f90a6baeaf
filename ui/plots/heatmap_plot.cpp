// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/heatmap_plot.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "ui/plots/colour_bar.h"
#include "ui/plots/plot_frame.h"
#include "ui/plots/symbol_text.h"
#include "ui/theme/colour_map.h"

namespace axescope::ui {

void HeatmapPlot::setDescription(HeatmapDescription description) {
  description_ = std::move(description);
  least_ = std::numeric_limits<double>::infinity();
  most_ = -least_;
  for (const HeatmapCell& cell : description_.cells) {
    if (!cell.value) continue;
    least_ = std::min(least_, *cell.value);
    most_ = std::max(most_, *cell.value);
  }
  Q_EMIT changed();
}

QString HeatmapPlot::text(double value) const {
  return description_.percent ? QString::number(100.0 * value, 'f', 1) : QString::number(value, 'g', 3);
}

void HeatmapPlot::paint(QPainter& painter, const QRectF& area, const Theme& theme) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillRect(area, theme.surface);
  clearMarks();
  const QFontMetricsF metrics(painter.font());
  if (!(least_ <= most_)) {
    drawNotice(painter, area, tr("No points yet"), theme);
    painter.restore();
    return;
  }
  double labelWidth = 0.0;
  for (const QString& label : description_.rows) labelWidth = std::max(labelWidth, metrics.horizontalAdvance(label));
  constexpr double gap = 10.0;
  constexpr double barWidth = 14.0;
  const double line = metrics.height();
  const double barLabels = metrics.horizontalAdvance(QStringLiteral("100.0 %")) + gap;
  const QRectF grid = area.adjusted(2 * gap + line + labelWidth, 2 * gap + line, -(3 * gap + barWidth + barLabels),
                                    -(2 * gap + 2 * line));
  paintCells(painter, grid, theme);
  paintContour(painter, grid, theme);
  paintLabels(painter, area, grid, theme);
  QStringList labels;
  for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) labels << text(least_ + share * (most_ - least_));
  drawColourBar(painter, QRectF(grid.right() + 2 * gap, grid.top(), barWidth, grid.height()), labels, theme);
  painter.restore();
}

void HeatmapPlot::paintCells(QPainter& painter, const QRectF& grid, const Theme& theme) {
  const auto columns = description_.columns.size();
  const auto rows = description_.rows.size();
  const double width = grid.width() / static_cast<double>(columns);
  const double height = grid.height() / static_cast<double>(rows);
  const QFontMetricsF metrics(painter.font());
  const bool labelled = width > metrics.horizontalAdvance(QStringLiteral("100.0")) + 6 && height > metrics.height();
  for (qsizetype row = 0; row < rows; ++row) {
    for (qsizetype column = 0; column < columns; ++column) {
      const HeatmapCell& cell = description_.cells[static_cast<std::size_t>(row * columns + column)];
      const QRectF box(grid.left() + static_cast<double>(column) * width,
                       grid.bottom() - static_cast<double>(row + 1) * height, width, height);
      const QRectF inner = box.adjusted(1, 1, -1, -1);
      if (!cell.value) {
        painter.fillRect(inner, theme.window);
        continue;
      }
      const double position = most_ > least_ ? (*cell.value - least_) / (most_ - least_) : 1.0;
      const QColor colour = sequentialColour(position);
      const QColor ink = position > 0.55 ? Qt::black : Qt::white;
      painter.fillRect(inner, colour);
      if (!cell.solid) {
        // Unproven cells carry a broken frame, as hollow markers do elsewhere.
        painter.setPen(QPen(ink, 1.2, Qt::DashLine));
        painter.drawRect(inner.adjusted(2.5, 2.5, -2.5, -2.5));
      }
      if (labelled) {
        painter.setPen(ink);
        painter.drawText(inner, Qt::AlignCenter, text(*cell.value));
      }
      if (cell.row >= 0) addMark({cell.row, box.center()});
    }
  }
}

void HeatmapPlot::paintContour(QPainter& painter, const QRectF& grid, const Theme& theme) const {
  if (!description_.contour) return;
  const auto columns = description_.columns.size();
  const auto rows = description_.rows.size();
  const double width = grid.width() / static_cast<double>(columns);
  const double height = grid.height() / static_cast<double>(rows);
  const auto good = [&](qsizetype row, qsizetype column) {
    if (row < 0 || column < 0 || row >= rows || column >= columns) return false;
    const auto& value = description_.cells[static_cast<std::size_t>(row * columns + column)].value;
    return value && (description_.lowerIsBetter ? *value <= *description_.contour : *value >= *description_.contour);
  };
  QList<QLineF> edges;
  for (qsizetype row = 0; row <= rows; ++row) {
    for (qsizetype column = 0; column <= columns; ++column) {
      const QPointF corner(grid.left() + static_cast<double>(column) * width,
                           grid.bottom() - static_cast<double>(row) * height);
      // The grid's outer border is no contour.
      if (column > 0 && column < columns && row < rows && good(row, column) != good(row, column - 1)) {
        edges << QLineF(corner, corner - QPointF(0, height));
      }
      if (row > 0 && row < rows && column < columns && good(row, column) != good(row - 1, column)) {
        edges << QLineF(corner, corner + QPointF(width, 0));
      }
    }
  }
  painter.setPen(QPen(theme.surface, 5.0, Qt::SolidLine, Qt::RoundCap));
  painter.drawLines(edges);
  painter.setPen(QPen(theme.error, 2.5, Qt::SolidLine, Qt::RoundCap));
  painter.drawLines(edges);
}

void HeatmapPlot::paintLabels(QPainter& painter, const QRectF& area, const QRectF& grid, const Theme& theme) const {
  const QFontMetricsF metrics(painter.font());
  const double width = grid.width() / static_cast<double>(description_.columns.size());
  const double height = grid.height() / static_cast<double>(description_.rows.size());
  constexpr double gap = 6.0;
  painter.setPen(theme.mutedText);
  for (qsizetype i = 0; i < description_.columns.size(); ++i) {
    const QRectF box(grid.left() + static_cast<double>(i) * width, grid.bottom() + gap, width, metrics.height());
    painter.drawText(box, Qt::AlignHCenter | Qt::AlignTop, description_.columns[i]);
  }
  for (qsizetype i = 0; i < description_.rows.size(); ++i) {
    const QRectF box(area.left(), grid.bottom() - static_cast<double>(i + 1) * height, grid.left() - gap - area.left(),
                     height);
    painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter, description_.rows[i]);
  }
  QFont titleFont = painter.font();
  titleFont.setWeight(QFont::DemiBold);
  painter.setFont(titleFont);
  painter.setPen(theme.text);
  const double titleTop = grid.bottom() + gap + metrics.height();
  drawSymbolText(painter, QRectF(grid.left(), titleTop, grid.width(), metrics.height() + gap), Qt::AlignCenter,
                 description_.xTitle);
  QString valueTitle = description_.valueTitle + (description_.percent ? QStringLiteral(" (%)") : QString());
  if (description_.contour) {
    valueTitle += (description_.lowerIsBetter ? tr(" · red line: at most %1") : tr(" · red line: at least %1"))
                      .arg(text(*description_.contour));
  }
  drawSymbolText(painter, QRectF(grid.left(), grid.top() - metrics.height() - gap, grid.width(), metrics.height()),
                 Qt::AlignLeft | Qt::AlignVCenter, valueTitle);
  painter.save();
  painter.translate(area.left() + metrics.height(), grid.center().y());
  painter.rotate(-90);
  drawSymbolText(painter, QRectF(-grid.height() / 2, -metrics.height() / 2, grid.height(), metrics.height()),
                 Qt::AlignCenter, description_.yTitle);
  painter.restore();
}

PlotTable HeatmapPlot::table() const {
  PlotTable table;
  table.columns = {description_.xTitle, description_.yTitle, description_.valueTitle, tr("guaranteed")};
  const auto columns = description_.columns.size();
  for (std::size_t i = 0; i < description_.cells.size(); ++i) {
    const HeatmapCell& cell = description_.cells[i];
    if (!cell.value) continue;
    table.rows.push_back({description_.columns[static_cast<qsizetype>(i) % columns],
                          description_.rows[static_cast<qsizetype>(i) / columns], *cell.value, cell.solid});
  }
  return table;
}

}  // namespace axescope::ui
