// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/budget_plot.h"

#include <QFontMetricsF>
#include <algorithm>
#include <cmath>
#include <utility>

namespace axescope::ui {

namespace {

constexpr double histogramWidth = 170.0;
constexpr QLatin1String limitMark("- -  ");

// What the channels that share a pixel column span.
struct Column {
  double above = 0.0;
  double below = 0.0;
  double use = 0.0;
};

}  // namespace

void BudgetPlot::setDescription(BudgetDescription description) {
  if (description.channels.size() != description_.channels.size()) chosen_.reset();
  description_ = std::move(description);
  notice_.clear();
  Q_EMIT changed();
}

void BudgetPlot::setNotice(const QString& notice) {
  description_ = {};
  notice_ = notice;
  Q_EMIT changed();
}

AxisRange BudgetPlot::shownChannels() const {
  return chosen_.value_or(AxisRange{0.0, std::max(1.0, static_cast<double>(description_.channels.size()))});
}

QString BudgetPlot::xTitle() const {
  return description_.view.order == ChannelOrder::byUse ? tr("Output channels by use of their budget")
                                                        : tr("Output channel");
}

void BudgetPlot::paint(QPainter& painter, const QRectF& area, const Theme& theme) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillRect(area, theme.surface);
  if (description_.channels.empty()) {
    drawNotice(painter, area, notice_, theme);
    painter.restore();
    return;
  }
  const double line = QFontMetricsF(painter.font()).height();
  const double leftRoom = PlotFrame::leftRoom(painter.font());
  const double bottomRoom = PlotFrame::bottomRoom(painter.font());
  const QRectF titleBox(area.left() + leftRoom, area.top() + 8, area.width() - leftRoom - 16, line);
  drawHeading(painter, titleBox, description_.title, theme);
  const bool tiled = description_.tiles > 1 && area.height() > 380;
  const double tilesHeight = tiled ? std::clamp(0.3 * area.height(), 90.0, 260.0) : 0.0;
  const double width = area.width() - leftRoom - histogramWidth - 74;
  // Beside the limit's text, in as many rows as it takes.
  const double limitWidth = QFontMetricsF(painter.font()).horizontalAdvance(limitMark + description_.limitText);
  const PlotLegend legend(meanings(theme), painter.font(), width - limitWidth - 20);
  const double legendHeight = std::max(line, legend.height());
  frame_.area = QRectF(area.left() + leftRoom, titleBox.bottom() + legendHeight + 8, width,
                       area.height() - line - legendHeight - 18 - bottomRoom - tilesHeight);
  double most = description_.limit;
  double least = -description_.limit;
  for (const ChannelBudget& channel : description_.channels) {
    most = std::max(most, channel.above);
    least = std::min(least, channel.below);
  }
  frame_.x = shownChannels();
  frame_.y = {description_.view.negative ? 1.08 * least : 0.0, description_.view.positive ? 1.08 * most : 0.0};
  if (frame_.y.length() <= 0.0) frame_.y = {0.0, 1.0};
  const bool sums = description_.view.quantity == BudgetQuantity::codeSums;
  frame_.paintY(
      painter, theme,
      {.title = sums ? tr("Σ of positive / negative codes") : tr("Extreme partial sums"), .suffix = {}, .ticks = 6});
  frame_.paintX(painter, theme, {.title = xTitle(), .suffix = {}, .whole = true, .ticks = 8});
  paintBars(painter, theme);
  paintLimits(painter, theme);
  legend.paint(painter, QPointF(frame_.area.left(), frame_.area.top() - legendHeight - 4), theme);
  paintHistogram(painter, QRectF(frame_.area.right() + 58, frame_.area.top(), histogramWidth, frame_.area.height()),
                 theme);
  if (tiled) {
    const double top = frame_.area.bottom() + bottomRoom;
    paintTiles(painter, QRectF(frame_.area.left(), top, frame_.area.width(), area.bottom() - top - 12), theme);
  }
  painter.restore();
}

void BudgetPlot::paintBars(QPainter& painter, const Theme& theme) const {
  const double width = frame_.area.width() / frame_.x.length();
  const auto first = static_cast<std::size_t>(std::max(0.0, std::floor(frame_.x.low)));
  const auto last = std::min(description_.channels.size(), static_cast<std::size_t>(std::ceil(frame_.x.high)));
  painter.save();
  painter.setClipRect(frame_.area);
  painter.setPen(Qt::NoPen);
  const double zero = frame_.top(0.0);
  const auto bar = [&](double left, double right, const Column& column) {
    if (description_.view.positive && column.above > 0.0) {
      painter.fillRect(QRectF(QPointF(left, frame_.top(column.above)), QPointF(right, zero)),
                       barColour(column.use, theme));
    }
    if (description_.view.negative && column.below < 0.0) {
      painter.fillRect(QRectF(QPointF(left, zero), QPointF(right, frame_.top(column.below))),
                       belowColour(column.use, theme));
    }
  };
  if (width >= 2.0) {
    const double gap = width >= 4.0 ? std::min(2.0, 0.15 * width) : 0.0;
    for (std::size_t i = first; i < last; ++i) {
      const ChannelBudget& channel = description_.channels[i];
      const double left = frame_.left(static_cast<double>(i));
      bar(left + gap / 2, left + width - gap / 2, {channel.above, channel.below, channel.use});
    }
  } else {
    painter.setRenderHint(QPainter::Antialiasing, false);
    for (std::size_t i = first; i < last;) {
      const double pixel = std::floor(frame_.left(static_cast<double>(i)));
      Column column;
      for (; i < last && std::floor(frame_.left(static_cast<double>(i))) == pixel; ++i) {
        const ChannelBudget& channel = description_.channels[i];
        column.above = std::max(column.above, channel.above);
        column.below = std::min(column.below, channel.below);
        column.use = std::max(column.use, channel.use);
      }
      bar(pixel, pixel + std::max(1.0, std::ceil(width)), column);
    }
  }
  painter.restore();
  painter.setPen(QPen(theme.border, 1.0));
  painter.drawLine(QPointF(frame_.area.left(), zero), QPointF(frame_.area.right(), zero));
}

void BudgetPlot::paintLimits(QPainter& painter, const Theme& theme) const {
  painter.setPen(QPen(theme.limit, 1.6, Qt::DashLine));
  if (description_.view.positive) {
    painter.drawLine(QPointF(frame_.area.left(), frame_.top(description_.limit)),
                     QPointF(frame_.area.right(), frame_.top(description_.limit)));
  }
  if (description_.view.negative) {
    painter.drawLine(QPointF(frame_.area.left(), frame_.top(-description_.limit)),
                     QPointF(frame_.area.right(), frame_.top(-description_.limit)));
  }
  const double line = QFontMetricsF(painter.font()).height();
  const QRectF strip(frame_.area.left(), frame_.area.top() - line - 4, frame_.area.width(), line);
  painter.setPen(theme.text);
  painter.drawText(strip, Qt::AlignRight | Qt::AlignVCenter, limitMark + description_.limitText);
}

std::vector<LegendEntry> BudgetPlot::meanings(const Theme& theme) const {
  const auto& channels = description_.channels;
  const auto any = [&](const QColor& colour) {
    return std::any_of(channels.begin(), channels.end(),
                       [&](const ChannelBudget& channel) { return barColour(channel.use, theme) == colour; });
  };
  std::vector<LegendEntry> entries;
  const auto add = [&](const QColor& colour, const QString& name) {
    entries.push_back({name, {colour, Marker::square}, true});
  };
  if (description_.view.positive) add(theme.bar, tr("positive"));
  if (description_.view.negative) add(theme.barBelow, tr("negative"));
  if (any(theme.warning)) add(theme.warning, tr("95 % used"));
  if (any(theme.error)) add(theme.error, tr("may overflow"));
  return entries;
}

std::optional<PlotMark> BudgetPlot::markNear(QPointF position, double) const {
  if (description_.channels.empty() || !frame_.area.contains(position)) return std::nullopt;
  const double place = std::floor(frame_.xAt(position.x()));
  if (place < 0.0 || place >= static_cast<double>(description_.channels.size())) return std::nullopt;
  return marksOf({static_cast<int>(description_.channels[static_cast<std::size_t>(place)].channel)}).front();
}

std::vector<PlotMark> BudgetPlot::marksOf(const QList<int>& rows) const {
  std::vector<PlotMark> marks;
  if (rows.isEmpty()) return marks;
  for (std::size_t i = 0; i < description_.channels.size(); ++i) {
    const ChannelBudget& channel = description_.channels[i];
    if (!rows.contains(static_cast<int>(channel.channel))) continue;
    const double left = frame_.left(static_cast<double>(i) + 0.5);
    if (left < frame_.area.left() || left > frame_.area.right()) continue;
    const double value = description_.view.positive ? channel.above : channel.below;
    marks.push_back({static_cast<int>(channel.channel), QPointF(left, frame_.top(value))});
  }
  return marks;
}

std::optional<PlotReading> BudgetPlot::readingAt(QPointF position) const {
  const auto mark = markNear(position, 0.0);
  if (!mark) return std::nullopt;
  return PlotReading{frame_.area, tr("channel %1").arg(mark->row),
                     QString::number(frame_.yAt(position.y()), 'f', frame_.y.length() > 100 ? 0 : 1)};
}

void BudgetPlot::choose(AxisRange range) {
  constexpr double fewest = 4.0;
  const auto all = static_cast<double>(description_.channels.size());
  const double length = std::clamp(range.length(), std::min(fewest, all), all);
  if (length >= all) return resetZoom();
  range.low = std::clamp(range.low, 0.0, all - length);
  chosen_ = AxisRange{range.low, range.low + length};
  Q_EMIT changed();
}

void BudgetPlot::zoom(QPointF at, double factor) {
  if (description_.channels.empty() || frame_.area.isEmpty()) return;
  const AxisRange now = shownChannels();
  const double middle = std::clamp(frame_.xAt(at.x()), now.low, now.high);
  choose({middle - (middle - now.low) / factor, middle + (now.high - middle) / factor});
}

void BudgetPlot::pan(QPointF by) {
  if (description_.channels.empty() || frame_.area.isEmpty()) return;
  const AxisRange now = shownChannels();
  const double shift = by.x() / frame_.area.width() * now.length();
  choose({now.low - shift, now.high - shift});
}

void BudgetPlot::resetZoom() {
  chosen_.reset();
  Q_EMIT changed();
}

PlotTable BudgetPlot::table() const {
  const bool sums = description_.view.quantity == BudgetQuantity::codeSums;
  PlotTable table;
  table.columns = {tr("channel"),
                   tr("tile"),
                   sums ? tr("positive_sum") : tr("highest_partial_sum"),
                   sums ? tr("negative_sum") : tr("lowest_partial_sum"),
                   tr("budget_use"),
                   tr("limit")};
  const AxisRange shown = shownChannels();
  for (std::size_t i = 0; i < description_.channels.size(); ++i) {
    if (static_cast<double>(i) + 0.5 < shown.low || static_cast<double>(i) + 0.5 > shown.high) continue;
    const ChannelBudget& channel = description_.channels[i];
    table.rows.push_back({qlonglong{channel.channel}, qlonglong{channel.tile}, channel.above, channel.below,
                          channel.use, description_.limit});
  }
  return table;
}

}  // namespace axescope::ui
