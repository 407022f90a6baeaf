// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/datapath_plot.h"

#include <QFontMetricsF>
#include <QPainterPath>
#include <algorithm>
#include <set>
#include <utility>

#include "ui/plots/histograms_plot.h"
#include "ui/plots/register_box.h"
#include "ui/plots/symbol_text.h"

namespace axescope::ui {

namespace {

constexpr double margin = 20.0;
constexpr double rowGap = 14.0;
constexpr double mostArrowRoom = 64.0;
constexpr double leastArrowRoom = 22.0;

void arrow(QPainter& painter, QPointF from, QPointF to, const Theme& theme) {
  QPainterPath path(from);
  const double bend = 0.5 * (to.x() - from.x());
  path.cubicTo(from + QPointF(bend, 0), to - QPointF(bend, 0), to);
  painter.setPen(QPen(theme.mutedText, 1.3));
  painter.setBrush(Qt::NoBrush);
  painter.drawPath(path);
  painter.setBrush(theme.mutedText);
  painter.setPen(Qt::NoPen);
  painter.drawPolygon(QPolygonF({to, to + QPointF(-8, -4), to + QPointF(-8, 4)}));
}

HistogramDescription sumsHistogram(const PartialSumHistogram& sums, const QString& title, int innerBits) {
  HistogramDescription histogram;
  histogram.title = title;
  histogram.range = {static_cast<double>(sums.range.low), static_cast<double>(sums.range.high)};
  histogram.counts.assign(sums.counts.begin(), sums.counts.end());
  const IntegerRange held = twosComplement(innerBits);
  histogram.limits = {static_cast<double>(held.low), static_cast<double>(held.high)};
  return histogram;
}

}  // namespace

void DatapathPlot::setDescription(DatapathDescription description) {
  description_ = std::move(description);
  notice_.clear();
  Q_EMIT changed();
}

void DatapathPlot::setNotice(const QString& notice) {
  description_ = {};
  notice_ = notice;
  Q_EMIT changed();
}

std::vector<std::size_t> drawnTiles(const DatapathDescription& datapath, std::size_t most) {
  std::set<std::size_t> chosen;
  const std::size_t count = datapath.tiles.size();
  if (count == 0) return {};
  const auto fullest = std::max_element(datapath.tiles.begin(), datapath.tiles.end(),
                                        [](const DatapathTile& a, const DatapathTile& b) { return a.use < b.use; });
  for (const std::size_t wanted : {static_cast<std::size_t>(datapath.shownTile),
                                   static_cast<std::size_t>(fullest - datapath.tiles.begin()), count - 1}) {
    if (chosen.size() < most) chosen.insert(std::min(wanted, count - 1));
  }
  for (std::size_t tile = 0; tile < count && chosen.size() < most; ++tile) chosen.insert(tile);
  return {chosen.begin(), chosen.end()};
}

void DatapathPlot::paint(QPainter& painter, const QRectF& area, const Theme& theme) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillRect(area, theme.surface);
  if (description_.tiles.empty()) {
    drawNotice(painter, area, notice_, theme);
    painter.restore();
    return;
  }
  const double line = QFontMetricsF(painter.font()).height();
  drawHeading(painter, QRectF(area.left() + margin, area.top() + 10, area.width() - 2 * margin, line),
              description_.title, theme);
  const double sumsHeight = description_.sums ? std::clamp(0.38 * area.height(), 150.0, 300.0) : 0.0;
  const QRectF stages = area.adjusted(margin, line + 20, -margin, -sumsHeight - 8);
  paintStages(painter, stages, theme);
  if (description_.sums) {
    paintSums(painter, QRectF(stages.left(), stages.bottom() + 8, stages.width(), sumsHeight), theme);
  }
  painter.restore();
}

void DatapathPlot::paintStages(QPainter& painter, const QRectF& area, const Theme& theme) {
  const double rowHeight = RegisterBox::height(painter.font());
  const auto room = static_cast<std::size_t>(std::max(1.0, (area.height() + rowGap) / (rowHeight + rowGap)));
  const std::vector<std::size_t> drawn = drawnTiles(description_, std::clamp<std::size_t>(room, 1, 6));
  const int productBits = description_.productBits;

  // One scale for all registers: the pixels of a bit.
  const int bits = productBits + description_.innerBits + description_.outerBits;
  const double most = (area.width() - 3 * leastArrowRoom) / 4.0;
  const auto widthOf = [&](int count, double bit) { return RegisterBox::widthFor(count, bit, painter.font(), most); };
  const double bit = std::clamp((area.width() - widthOf(0, 0.0) - 3 * mostArrowRoom - 60.0) / bits, 4.0, 20.0);
  const double rowsHeight = static_cast<double>(drawn.size()) * (rowHeight + rowGap) - rowGap;
  double top = area.center().y() - rowsHeight / 2;
  const double middle = area.center().y();

  const double multiplierLeft = area.left();
  const double multiplierWidth = widthOf(productBits, bit);
  const double innerWidth = widthOf(description_.innerBits, bit);
  const double outerWidth = widthOf(description_.outerBits, bit);
  const double scaleWidth = widthOf(0, bit);
  const double boxes = multiplierWidth + innerWidth + outerWidth + scaleWidth;
  const double arrowRoom = std::clamp((area.width() - boxes) / 3.0, leastArrowRoom, mostArrowRoom);
  const double innerLeft = multiplierLeft + multiplierWidth + arrowRoom;
  const double outerLeft = innerLeft + innerWidth + arrowRoom;

  clearMarks();
  std::size_t previous = 0;
  for (const std::size_t index : drawn) {
    const DatapathTile& tile = description_.tiles[index];
    const RegisterBox multiplier{
        .topLeft = {multiplierLeft, top},
        .width = multiplierWidth,
        .bits = productBits,
        .usedBits = productBits,
        .bit = bit,
        .title = tr("%1-bit × %2-bit").arg(description_.weightBits).arg(description_.activationBits),
        .detail = tr("columns %1–%2").arg(tile.first).arg(tile.end - 1),
        .kind = RegisterBox::Kind::plain};
    multiplier.paint(painter, theme);
    const RegisterBox inner{.topLeft = {innerLeft, top},
                            .width = innerWidth,
                            .bits = description_.innerBits,
                            .usedBits = tile.smallestBits,
                            .bit = bit,
                            .title = tr("inner Σ · %1 bits").arg(description_.innerBits),
                            .detail = tile.guaranteed ? tr("certified, needs %1").arg(tile.smallestBits)
                                                      : tr("may overflow, needs %1").arg(tile.smallestBits),
                            .kind = tile.guaranteed ? RegisterBox::Kind::certified : RegisterBox::Kind::unproven,
                            .emphasis = index == static_cast<std::size_t>(description_.shownTile)};
    inner.paint(painter, theme);
    const double y = top + rowHeight / 2;
    arrow(painter, {multiplierLeft + multiplierWidth, y}, {innerLeft, y}, theme);
    arrow(painter, {innerLeft + innerWidth, y}, {outerLeft, middle}, theme);
    if (index > previous + 1) {
      painter.setPen(theme.mutedText);
      painter.drawText(QRectF(innerLeft, top - rowGap, innerWidth, rowGap), Qt::AlignCenter, QStringLiteral("⋮"));
    }
    previous = index;
    addMark({static_cast<int>(index), QPointF(innerLeft + innerWidth / 2, y)});
    top += rowHeight + rowGap;
  }
  const RegisterBox outer{
      .topLeft = {outerLeft, middle - rowHeight / 2},
      .width = outerWidth,
      .bits = description_.outerBits,
      .usedBits = description_.smallestOuterBits,
      .bit = bit,
      .title = tr("outer Σ · %1 bits").arg(description_.outerBits),
      .detail = outerDetail(),
      .kind = description_.outerGuaranteed ? RegisterBox::Kind::certified : RegisterBox::Kind::unproven};
  outer.paint(painter, theme);
  const double scaleLeft = outerLeft + outerWidth + arrowRoom;
  arrow(painter, {outerLeft + outerWidth, middle}, {scaleLeft, middle}, theme);
  const RegisterBox scale{.topLeft = {scaleLeft, middle - rowHeight / 2},
                          .width = scaleWidth,
                          .bits = 0,
                          .usedBits = 0,
                          .bit = bit,
                          .title = tr("× scale, + bias"),
                          .detail = tr("to the next layer"),
                          .kind = RegisterBox::Kind::plain};
  scale.paint(painter, theme);
  painter.setPen(theme.mutedText);
  const double line = QFontMetricsF(painter.font()).height();
  drawSymbolText(painter, QRectF(outerLeft, middle + rowHeight / 2 + 8, area.right() - outerLeft, line),
                 Qt::AlignLeft | Qt::AlignVCenter,
                 (description_.tiles.size() == 1 ? tr("%L1 tile of T = %L2, registers %3")
                                                 : tr("%L1 tiles of T = %L2, registers %3"))
                     .arg(description_.tiles.size())
                     .arg(description_.tiles.front().end - description_.tiles.front().first)
                     .arg(description_.saturates ? tr("saturate") : tr("wrap around")));
}

QString DatapathPlot::outerDetail() const {
  if (!description_.outerGuaranteed) return tr("may overflow, needs %1").arg(description_.smallestOuterBits);
  // Inner registers that overflow hand on less than the true sums.
  return description_.smallestOuterBits > description_.outerBits
             ? tr("holds all that inner Σ can")
             : tr("certified, needs %1").arg(description_.smallestOuterBits);
}

std::vector<HistogramDescription> DatapathPlot::histograms() const {
  const PartialSums& sums = *description_.sums;
  const double share =
      static_cast<double>(sums.outside) / static_cast<double>(std::max<std::int64_t>(1, sums.exact.total()));
  // What overflows comes first: narrow plots cut the title.
  const QString truth =
      sums.outside > 0 ? tr("True sums · %1 % outside").arg(100.0 * share, 0, 'g', 2) : tr("True sums · none outside");
  std::vector<HistogramDescription> all{
      sumsHistogram(sums.exact, truth, description_.innerBits),
      sumsHistogram(sums.wrapped, tr("Held by a register that wraps"), description_.innerBits),
      sumsHistogram(sums.saturated, tr("Held by one that saturates"), description_.innerBits)};
  for (HistogramDescription& histogram : all) {
    histogram.xTitle = tr("partial sum, tile %1, %2").arg(description_.shownTile).arg(description_.sumsOf);
    histogram.logarithmic = description_.logarithmicCounts;
  }
  return all;
}

void DatapathPlot::paintSums(QPainter& painter, const QRectF& area, const Theme& theme) const {
  std::vector<HistogramDescription> all = histograms();
  const QColor colours[] = {theme.bar, theme.barBelow, theme.barSpecial};
  const double width = (area.width() - 2 * margin) / 3.0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    all[i].colour = colours[i];
    paintHistogram(painter,
                   QRectF(area.left() + static_cast<double>(i) * (width + margin), area.top(), width, area.height()),
                   all[i], theme);
  }
}

PlotTable DatapathPlot::table() const {
  return description_.sums ? histogramTable(histograms()) : PlotTable{};
}

}  // namespace axescope::ui
