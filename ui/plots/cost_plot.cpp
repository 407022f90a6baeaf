// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/cost_plot.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/cost/short_number.h"
#include "ui/plots/chart_axis.h"
#include "ui/plots/plot_frame.h"
#include "ui/plots/plot_legend.h"

namespace axescope::ui {

namespace {

constexpr double margin = 16.0;
constexpr double gap = 10.0;
constexpr double tallestRow = 40.0;
constexpr double nameShare = 0.26;  // at most, of the whole
constexpr int axisTicks = 4;
constexpr float paleAlpha = 0.38F;
constexpr std::array shares{CostShare::products, CostShare::elementwise, CostShare::memory};

QString shareTitle(CostShare share) {
  switch (share) {
    case CostShare::products:
      return CostPlot::tr("products and accumulation");
    case CostShare::elementwise:
      return CostPlot::tr("element-wise");
    case CostShare::memory:
      return CostPlot::tr("memory");
  }
  return {};
}

SeriesStyle styleOf(CostShare share, const Theme& theme) {
  SeriesStyle style = numberedStyle(static_cast<int>(share), theme);
  style.marker = Marker::square;
  return style;
}

double mostOf(const CostPanel& panel) {
  double most = 0.0;
  for (const SharedCost& cost : panel.costs) most = std::max(most, cost.total());
  if (panel.before) {
    for (const SharedCost& cost : *panel.before) most = std::max(most, cost.total());
  }
  return most;
}

SharedCost sumOf(const std::vector<SharedCost>& costs) {
  SharedCost all;
  for (const SharedCost& cost : costs) {
    for (std::size_t share = 0; share < all.of.size(); ++share) all.of[share] += cost.of[share];
  }
  return all;
}

std::vector<LegendEntry> legendOf(const CostDescription& description, const Theme& theme) {
  std::vector<LegendEntry> entries;
  for (const CostShare share : shares) {
    const bool any = std::any_of(description.panels.begin(), description.panels.end(),
                                 [&](const CostPanel& panel) { return sumOf(panel.costs)[share] > 0.0; });
    if (any) entries.push_back({shareTitle(share), styleOf(share, theme), true});
  }
  if (!description.panels.empty() && description.panels.front().before) {
    SeriesStyle pale{theme.mutedText, Marker::square};
    pale.colour.setAlphaF(paleAlpha);
    entries.push_back({CostPlot::tr("pale: before, float between layers"), pale, true});
  }
  return entries;
}

QString numberText(double value) {
  return QString::fromStdString(shortNumber(value));
}

}  // namespace

void CostPlot::setDescription(CostDescription description) {
  description_ = std::move(description);
  Q_EMIT changed();
}

QString CostPlot::title() const {
  return description_.point.isEmpty() ? tr("Costs") : tr("Costs · %1").arg(description_.point);
}

void CostPlot::paint(QPainter& painter, const QRectF& area, const Theme& theme) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillRect(area, theme.surface);
  clearMarks();
  area_ = area;
  if (description_.panels.empty() || description_.rows.isEmpty()) {
    drawNotice(painter, area, description_.reason, theme);
    painter.restore();
    return;
  }
  const QFontMetricsF metrics(painter.font());
  const PlotLegend legend(legendOf(description_, theme), painter.font(), area.width() - 2 * margin);
  legend.paint(painter, {area.left() + margin, area.top() + gap}, theme);
  double nameWidth = 0.0;
  for (const QString& row : description_.rows) nameWidth = std::max(nameWidth, metrics.horizontalAdvance(row));
  nameWidth = std::min(nameWidth, nameShare * area.width());
  rowsTop_ = area.top() + gap + legend.height() + gap + 2 * metrics.height() + gap;
  const double bottom = area.bottom() - metrics.height() - gap;
  const auto rows = static_cast<double>(description_.rows.size());
  rowHeight_ = std::min(tallestRow, std::max(1.0, bottom - rowsTop_) / rows);
  const double height = rows * rowHeight_;
  paintNames(painter, {area.left() + margin, rowsTop_, nameWidth, height}, theme);
  const auto count = static_cast<double>(description_.panels.size());
  const double left = area.left() + margin + nameWidth + gap;
  const double width = (area.right() - margin - left - (count - 1) * 3 * gap) / count;
  for (std::size_t i = 0; i < description_.panels.size(); ++i) {
    const double x = left + static_cast<double>(i) * (width + 3 * gap);
    paintPanel(painter, description_.panels[i], {x, rowsTop_, width, height}, theme);
  }
  painter.restore();
}

void CostPlot::paintNames(QPainter& painter, const QRectF& box, const Theme& theme) {
  const QFontMetricsF metrics(painter.font());
  // Of many layers, as many are named as there is room for.
  const auto step = static_cast<qsizetype>(std::max(1.0, std::ceil(metrics.height() / rowHeight_)));
  painter.setPen(theme.text);
  for (qsizetype row = 0; row < description_.rows.size(); ++row) {
    const double centre = rowTop(static_cast<std::size_t>(row)) + rowHeight_ / 2;
    addMark({static_cast<int>(row), {box.right() + gap, centre}});
    if (row % step != 0) continue;
    const QRectF place(box.left(), centre - metrics.height() / 2, box.width(), metrics.height());
    painter.drawText(place, Qt::AlignRight | Qt::AlignVCenter,
                     metrics.elidedText(description_.rows[row], Qt::ElideMiddle, place.width()));
  }
}

void CostPlot::paintAxis(QPainter& painter, const CostPanel& panel, const QRectF& bars, const Theme& theme) const {
  const QFontMetricsF metrics(painter.font());
  const double most = mostOf(panel);
  const double line = metrics.height();
  drawHeading(painter, {bars.left(), bars.top() - 2 * line - gap, bars.width(), line},
              tr("%1 (%2)").arg(panel.title, panel.unit), theme);
  const SharedCost all = sumOf(panel.costs);
  QString total = tr("%1 in all, %2 % element-wise")
                      .arg(numberText(all.total()))
                      .arg(all.total() > 0.0 ? 100.0 * all[CostShare::elementwise] / all.total() : 0.0, 0, 'f', 1);
  if (panel.before) {
    const SharedCost before = sumOf(*panel.before);
    total += tr("; before %1, %2 %")
                 .arg(numberText(before.total()))
                 .arg(before.total() > 0.0 ? 100.0 * before[CostShare::elementwise] / before.total() : 0.0, 0, 'f', 1);
  }
  painter.setPen(theme.mutedText);
  painter.drawText(QRectF(bars.left(), bars.top() - line - gap / 2, bars.width(), line), Qt::AlignLeft,
                   metrics.elidedText(total, Qt::ElideRight, bars.width()));
  if (most <= 0.0) return;
  const double interval = niceInterval(most, axisTicks);
  for (int tick = 0; tick * interval <= most * (1.0 + 1e-9); ++tick) {
    const double x = bars.left() + tick * interval / most * bars.width();
    painter.setPen(QPen(tick == 0 ? theme.border : theme.grid, 1.0));
    painter.drawLine(QPointF(x, bars.top()), QPointF(x, bars.bottom()));
    const QString text = numberText(tick * interval);
    const double width = metrics.horizontalAdvance(text);
    painter.setPen(theme.mutedText);
    painter.drawText(
        QPointF(std::min(x - width / 2, bars.right() - width + gap), bars.bottom() + gap / 2 + metrics.ascent()), text);
  }
}

void CostPlot::paintPanel(QPainter& painter, const CostPanel& panel, const QRectF& box, const Theme& theme) const {
  paintAxis(painter, panel, box, theme);
  const double most = mostOf(panel);
  if (most <= 0.0) return;
  const double room = 0.76 * rowHeight_;
  const double thickness = panel.before ? room / 2 : room;
  painter.setPen(Qt::NoPen);
  const auto bar = [&](const SharedCost& cost, double top, bool pale) {
    double x = box.left();
    for (const CostShare share : shares) {
      const double width = cost[share] / most * box.width();
      QColor colour = styleOf(share, theme).colour;
      if (pale) colour.setAlphaF(paleAlpha);
      painter.setBrush(colour);
      painter.drawRect(QRectF(x, top, width, thickness));
      x += width;
    }
  };
  for (std::size_t row = 0; row < panel.costs.size(); ++row) {
    const double top = rowTop(row) + (rowHeight_ - room) / 2;
    if (panel.before) bar((*panel.before)[row], top, true);
    bar(panel.costs[row], panel.before ? top + thickness : top, false);
  }
}

PlotTable CostPlot::table() const {
  PlotTable table;
  table.columns << tr("layer");
  for (const CostPanel& panel : description_.panels) {
    for (const bool before : {false, true}) {
      if (before && !panel.before) continue;
      for (const CostShare share : shares) {
        table.columns
            << QStringLiteral("%1%2: %3").arg(panel.title, before ? tr(" before") : QString(), shareTitle(share));
      }
    }
  }
  for (qsizetype row = 0; row < description_.rows.size(); ++row) {
    std::vector<QVariant> cells{description_.rows[row]};
    for (const CostPanel& panel : description_.panels) {
      const auto add = [&](const std::vector<SharedCost>& costs) {
        for (const CostShare share : shares) cells.emplace_back(costs[static_cast<std::size_t>(row)][share]);
      };
      add(panel.costs);
      if (panel.before) add(*panel.before);
    }
    table.rows.push_back(std::move(cells));
  }
  return table;
}

std::optional<PlotMark> CostPlot::markNear(QPointF position, double) const {
  if (rowHeight_ <= 0.0 || !area_.contains(position)) return std::nullopt;
  const double row = std::floor((position.y() - rowsTop_) / rowHeight_);
  if (row < 0.0 || row >= static_cast<double>(description_.rows.size())) return std::nullopt;
  return PlotMark{static_cast<int>(row), {position.x(), rowTop(static_cast<std::size_t>(row)) + rowHeight_ / 2}};
}

}  // namespace axescope::ui
