// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/compare_plot.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/plots/chart_axis.h"
#include "ui/plots/plot_frame.h"
#include "ui/plots/plot_legend.h"
#include "ui/plots/symbol_text.h"
#include "ui/theme/colour_map.h"

namespace axescope::ui {

namespace {

constexpr double margin = 16.0;
constexpr double gap = 10.0;
constexpr double tallestRow = 46.0;
constexpr double thickestBar = 13.0;
constexpr double differenceShare = 0.26;  // of the room beside the names
constexpr double nameShare = 0.3;         // at most, of the whole
constexpr int axisTicks = 6;

SeriesStyle styleOf(bool isB, const Theme& theme) {
  SeriesStyle style = numberedStyle(isB ? 1 : 0, theme);
  style.marker = Marker::square;
  return style;
}

bool anyUnproven(const CompareDescription& description) {
  const auto unproven = [](const std::optional<LayerMeasurement>& layer) { return layer && !layer->guaranteed; };
  return std::any_of(description.layers.begin(), description.layers.end(),
                     [&](const CompareLayer& layer) { return unproven(layer.a) || unproven(layer.b); });
}

std::vector<LegendEntry> legendOf(const CompareDescription& description, const Theme& theme) {
  std::vector<LegendEntry> entries{{ComparePlot::tr("A  %1").arg(description.a), styleOf(false, theme), true},
                                   {ComparePlot::tr("B  %1").arg(description.b), styleOf(true, theme), true}};
  if (anyUnproven(description)) {
    entries.push_back({ComparePlot::tr("hollow: may overflow"), {QColor(0x80, 0x80, 0x80), Marker::square}, false});
  }
  return entries;
}

}  // namespace

std::optional<double> CompareDescription::difference(const CompareLayer& layer) const {
  if (metric == nullptr || !layer.a || !layer.b) return std::nullopt;
  return metric->value(*layer.b) - metric->value(*layer.a);
}

void ComparePlot::setDescription(CompareDescription description) {
  description_ = std::move(description);
  most_ = 0.0;
  leastDifference_ = 0.0;
  mostDifference_ = 0.0;
  for (const CompareLayer& layer : description_.layers) {
    for (const auto& measured : {layer.a, layer.b}) {
      const double value = measured ? description_.metric->value(*measured) : 0.0;
      if (std::isfinite(value)) most_ = std::max(most_, value);
    }
    const double difference = description_.difference(layer).value_or(0.0);
    if (!std::isfinite(difference)) continue;
    leastDifference_ = std::min(leastDifference_, difference);
    mostDifference_ = std::max(mostDifference_, difference);
  }
  Q_EMIT changed();
}

QString ComparePlot::title() const {
  return description_.metric == nullptr ? tr("Comparison") : layerMetricTitle(*description_.metric);
}

ComparePlot::Columns ComparePlot::place(const QPainter& painter, const QRectF& area) const {
  const QFontMetricsF metrics(painter.font());
  double nameWidth = 0.0;
  for (const CompareLayer& layer : description_.layers) {
    nameWidth = std::max(nameWidth, metrics.horizontalAdvance(layer.name));
  }
  nameWidth = std::min(nameWidth, nameShare * area.width());
  const double line = metrics.height();
  const double titles = line + gap;
  const double axis = line + gap;
  const double height = area.height() - titles - axis;
  const double left = area.left() + margin + nameWidth + gap;
  const double room = area.right() - margin - left;
  const double differenceWidth = differenceShare * room;
  Columns columns;
  columns.rowHeight = std::min(tallestRow, height / static_cast<double>(description_.layers.size()));
  const double used = columns.rowHeight * static_cast<double>(description_.layers.size());
  const double top = area.top() + titles;
  columns.names = QRectF(area.left() + margin, top, nameWidth, used);
  columns.bars = QRectF(left, top, room - differenceWidth - 3 * gap, used);
  columns.differences = QRectF(area.right() - margin - differenceWidth, top, differenceWidth, used);
  return columns;
}

void ComparePlot::paint(QPainter& painter, const QRectF& area, const Theme& theme) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillRect(area, theme.surface);
  clearMarks();
  columns_ = {};
  if (description_.layers.empty()) {
    drawNotice(painter, area, description_.reason, theme);
    painter.restore();
    return;
  }
  const PlotLegend legend(legendOf(description_, theme), painter.font(), area.width() - 2 * margin);
  const double top = area.top() + gap;
  legend.paint(painter, QPointF(area.left() + margin, top), theme);
  columns_ = place(painter, QRectF(QPointF(area.left(), top + legend.height() + gap), area.bottomRight()));
  paintAxis(painter, theme);
  paintNames(painter, theme);
  paintBars(painter, theme);
  paintDifferences(painter, theme);
  painter.restore();
}

double ComparePlot::barEnd(double value) const {
  const double share = most_ > 0.0 && std::isfinite(value) ? std::clamp(value / most_, 0.0, 1.0) : 0.0;
  return columns_.bars.left() + share * columns_.bars.width();
}

void ComparePlot::paintAxis(QPainter& painter, const Theme& theme) const {
  const QFontMetricsF metrics(painter.font());
  const QRectF& bars = columns_.bars;
  painter.save();
  QFont titleFont = painter.font();
  titleFont.setWeight(QFont::DemiBold);
  painter.setPen(theme.text);
  painter.setFont(titleFont);
  const double titleTop = bars.top() - metrics.height() - gap / 2;
  drawSymbolText(painter, QRectF(bars.left(), titleTop, bars.width(), metrics.height()), Qt::AlignLeft, title());
  drawSymbolText(painter, QRectF(columns_.differences.left(), titleTop, columns_.differences.width(), metrics.height()),
                 Qt::AlignHCenter, tr("B − A"));
  painter.restore();
  const LayerMetric& metric = *description_.metric;
  double interval = niceInterval(most_, axisTicks);
  if (metric.integral) interval = std::max(1.0, interval);
  const int count = most_ > 0.0 ? static_cast<int>(std::floor(most_ / interval + 1e-9)) : 0;
  for (int tick = 0; tick <= count; ++tick) {
    const double value = tick * interval;
    const double x = barEnd(value);
    painter.setPen(QPen(tick == 0 ? theme.border : theme.grid, 1.0));
    painter.drawLine(QPointF(x, bars.top()), QPointF(x, bars.bottom()));
    painter.setPen(theme.mutedText);
    const QString text = layerMetricText(metric, value);
    const double width = metrics.horizontalAdvance(text);
    painter.drawText(
        QPointF(std::min(x - width / 2, bars.right() + 2 * gap - width), bars.bottom() + gap / 2 + metrics.ascent()),
        text);
  }
}

void ComparePlot::paintNames(QPainter& painter, const Theme& theme) const {
  const QFontMetricsF metrics(painter.font());
  // Of many layers, as many are named as there is room for.
  const auto step = static_cast<std::size_t>(std::max(1.0, std::ceil(metrics.height() / columns_.rowHeight)));
  painter.setPen(theme.text);
  for (std::size_t row = 0; row < description_.layers.size(); row += step) {
    const QRectF box(columns_.names.left(), columns_.top(row) + (columns_.rowHeight - metrics.height()) / 2,
                     columns_.names.width(), metrics.height());
    painter.drawText(box, Qt::AlignRight | Qt::AlignVCenter,
                     metrics.elidedText(description_.layers[row].name, Qt::ElideMiddle, box.width()));
  }
}

void ComparePlot::paintBars(QPainter& painter, const Theme& theme) {
  const double room = std::min(0.78 * columns_.rowHeight, 2 * thickestBar);
  const double between = room > 10.0 ? 2.0 : 0.0;
  const double thickness = (room - between) / 2;
  const double rounding = std::min(2.0, thickness / 4);
  const QFontMetricsF metrics(painter.font());
  for (std::size_t row = 0; row < description_.layers.size(); ++row) {
    const CompareLayer& layer = description_.layers[row];
    double y = columns_.top(row) + (columns_.rowHeight - room) / 2;
    for (const bool isB : {false, true}) {
      const auto& measured = isB ? layer.b : layer.a;
      const QRectF place(columns_.bars.left(), y, columns_.bars.width(), thickness);
      y += thickness + between;
      if (!measured) continue;
      const double value = description_.metric->value(*measured);
      const QColor colour = styleOf(isB, theme).colour;
      QRectF bar = place;
      bar.setRight(std::max(barEnd(value), place.left() + 1.0));
      // Thin outlines would be all there is of thin bars: those are pale instead of hollow.
      const bool outlined = thickness >= 5.0;
      QColor fill = colour;
      if (!measured->guaranteed) fill.setAlphaF(outlined ? 0.12F : 0.5F);
      const bool hasOutline = !measured->guaranteed && outlined;
      painter.setPen(hasOutline ? QPen(colour, 1.2) : QPen(Qt::NoPen));
      painter.setBrush(fill);
      painter.drawRoundedRect(hasOutline ? bar.adjusted(0, 0.6, -0.6, -0.6) : bar, rounding, rounding);
      if (thickness < metrics.height() * 0.7) continue;
      const QString text = layerMetricText(*description_.metric, value);
      const double width = metrics.horizontalAdvance(text) + 2 * gap;
      const bool inside = bar.right() + width > columns_.bars.right() + 2 * gap;
      painter.setPen(inside && measured->guaranteed ? theme.surface : theme.mutedText);
      const double x = inside ? bar.right() - width + gap : bar.right() + gap / 2;
      painter.drawText(QRectF(x, place.center().y() - metrics.height() / 2, width, metrics.height()),
                       Qt::AlignLeft | Qt::AlignVCenter, text);
    }
    addMark({static_cast<int>(row), {columns_.bars.left(), columns_.top(row) + columns_.rowHeight / 2}});
  }
}

void ComparePlot::paintDifferences(QPainter& painter, const Theme& theme) const {
  const QFontMetricsF metrics(painter.font());
  const QRectF& column = columns_.differences;
  const bool labelled = columns_.rowHeight >= metrics.height();
  const auto labelRoom = [&](double end) {
    return labelled && end != 0.0 ? metrics.horizontalAdvance(layerMetricDifference(*description_.metric, end)) + gap
                                  : 0.0;
  };
  const double left = column.left() + labelRoom(leastDifference_);
  const double room = std::max(4.0, column.right() - labelRoom(mostDifference_) - left);
  const double span = mostDifference_ - leastDifference_;
  const double zero = span > 0.0 ? left - leastDifference_ / span * room : column.center().x();
  const double largest = std::max(mostDifference_, -leastDifference_);
  const double thickness = std::min(0.6 * columns_.rowHeight, thickestBar);
  painter.setPen(QPen(theme.border, 1.0));
  painter.drawLine(QPointF(zero, column.top()), QPointF(zero, column.bottom()));
  for (std::size_t row = 0; row < description_.layers.size(); ++row) {
    const auto difference = description_.difference(description_.layers[row]);
    if (!difference || !std::isfinite(*difference)) continue;
    const double share = largest > 0.0 ? *difference / largest : 0.0;
    const double length = span > 0.0 ? *difference / span * room : 0.0;
    const double middle = columns_.top(row) + columns_.rowHeight / 2;
    const QRectF bar =
        QRectF(QPointF(zero, middle - thickness / 2), QPointF(zero + length, middle + thickness / 2)).normalized();
    painter.setPen(labelled ? QPen(theme.border, 1.0) : QPen(Qt::NoPen));
    painter.setBrush(divergingColour(0.5 + 0.5 * share));
    if (share != 0.0) painter.drawRect(bar);
    if (!labelled) continue;
    const QString text = layerMetricDifference(*description_.metric, *difference);
    const double x = share < 0.0 ? bar.left() - gap / 2 - metrics.horizontalAdvance(text) : bar.right() + gap / 2;
    painter.setPen(theme.text);
    painter.drawText(QPointF(x, middle + (metrics.ascent() - metrics.descent()) / 2), text);
  }
}

std::optional<PlotMark> ComparePlot::markNear(QPointF position, double) const {
  if (columns_.rowHeight <= 0.0 || position.x() < columns_.names.left() ||
      position.x() > columns_.differences.right()) {
    return std::nullopt;
  }
  const double row = std::floor((position.y() - columns_.bars.top()) / columns_.rowHeight);
  if (row < 0.0 || row >= static_cast<double>(marks().size())) return std::nullopt;
  return marks()[static_cast<std::size_t>(row)];
}

PlotTable ComparePlot::table() const {
  PlotTable table;
  if (description_.metric == nullptr) return table;
  const QString metric = QString::fromLatin1(description_.metric->name);
  table.columns = {tr("layer"),
                   tr("A %1 (%2)").arg(metric, description_.a),
                   tr("B %1 (%2)").arg(metric, description_.b),
                   tr("B − A"),
                   tr("A guaranteed"),
                   tr("B guaranteed")};
  const auto value = [&](const std::optional<LayerMeasurement>& layer) {
    return layer ? QVariant(description_.metric->value(*layer)) : QVariant();
  };
  const auto guaranteed = [](const std::optional<LayerMeasurement>& layer) {
    return layer ? QVariant(layer->guaranteed) : QVariant();
  };
  for (const CompareLayer& layer : description_.layers) {
    const auto difference = description_.difference(layer);
    table.rows.push_back({layer.name, value(layer.a), value(layer.b), difference ? QVariant(*difference) : QVariant(),
                          guaranteed(layer.a), guaranteed(layer.b)});
  }
  return table;
}

}  // namespace axescope::ui
