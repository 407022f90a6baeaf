// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/chart_plot.h"

#include <QChart>
#include <QGraphicsScene>
#include <QLegend>
#include <QLineSeries>
#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/plots/pgfplots.h"
#include "ui/plots/plot_frame.h"
#include "ui/plots/plot_legend.h"

namespace axescope::ui {

namespace {

constexpr double markerRadius = 5.2;
constexpr double fadedRadius = 3.8;
constexpr double kneeRadius = 10.5;

std::vector<LegendEntry> legendOf(const ChartDescription& chart) {
  std::vector<LegendEntry> entries;
  bool anyHollow = false;
  for (const ChartSeries& series : chart.series) {
    if (series.markers.empty()) continue;
    entries.push_back({series.name, series.style, true});
    anyHollow = anyHollow || std::any_of(series.markers.begin(), series.markers.end(),
                                         [](const ChartMarker& marker) { return !marker.solid; });
  }
  if (anyHollow) {
    entries.push_back({ChartPlot::tr("hollow: may overflow"), {QColor(0x80, 0x80, 0x80), Marker::circle}, false});
  }
  return entries;
}

}  // namespace

QPolygonF thinned(const QPolygonF& line, qsizetype most) {
  if (line.size() <= most) return line;
  QPolygonF kept;
  for (qsizetype begin = 0; begin < line.size();) {
    qsizetype end = begin;
    qsizetype lowest = begin;
    qsizetype highest = begin;
    const double column = std::floor(line[begin].x());
    while (end < line.size() && std::floor(line[end].x()) == column) {
      if (line[end].y() < line[lowest].y()) lowest = end;
      if (line[end].y() > line[highest].y()) highest = end;
      ++end;
    }
    qsizetype previous = -1;
    for (const qsizetype vertex : {begin, std::min(lowest, highest), std::max(lowest, highest), end - 1}) {
      if (vertex != previous) kept << line[vertex];
      previous = vertex;
    }
    begin = end;
  }
  return kept;
}

ChartPlot::~ChartPlot() = default;

void ChartPlot::setDescription(ChartDescription description) {
  const auto sameAxis = [](const ChartAxis& a, const ChartAxis& b) {
    return a.title == b.title && a.logarithmic == b.logarithmic;
  };
  if (!sameAxis(description.x, description_.x) || !sameAxis(description.y, description_.y)) {
    chosenX_.reset();
    chosenY_.reset();
  }
  description_ = std::move(description);
  Q_EMIT changed();
}

QPointF ChartPlot::Frame::position(QPointF place) const {
  return {axes.left() + (place.x() - x.low) / x.length() * axes.width(),
          axes.bottom() - (place.y() - y.low) / y.length() * axes.height()};
}

QPointF ChartPlot::Frame::place(QPointF position) const {
  return {x.low + (position.x() - axes.left()) / axes.width() * x.length(),
          y.low + (axes.bottom() - position.y()) / axes.height() * y.length()};
}

AxisScale ChartPlot::scale(const ChartAxis& axis) const {
  AxisScale scale(axis);
  const bool isX = &axis == &description_.x;
  for (const ChartSeries& series : description_.series) {
    for (const ChartMarker& marker : series.markers) scale.include(isX ? marker.value.x() : marker.value.y());
    if (!series.markers.empty()) continue;
    for (const QPointF& vertex : series.line) scale.include(isX ? vertex.x() : vertex.y());
  }
  return scale;
}

QRectF ChartPlot::paintAxes(QPainter& painter, const QRectF& area, const Theme& theme) const {
  QGraphicsScene scene;
  auto* chart = new QChart;
  scene.addItem(chart);  // the scene owns it now
  chart->setAnimationOptions(QChart::NoAnimation);
  chart->setBackgroundRoundness(0);
  chart->setBackgroundBrush(theme.surface);
  chart->setBackgroundPen(Qt::NoPen);
  chart->setMargins(QMargins(6, 4, 14, 6));
  chart->legend()->hide();
  auto* anchor = new QLineSeries;  // axes are laid out for a series
  chart->addSeries(anchor);
  QAbstractAxis* x = scale(description_.x).make(frame_.x, theme, painter.font());
  QAbstractAxis* y = scale(description_.y).make(frame_.y, theme, painter.font());
  chart->addAxis(x, Qt::AlignBottom);
  chart->addAxis(y, Qt::AlignLeft);
  anchor->attachAxis(x);
  anchor->attachAxis(y);
  chart->resize(area.size());
  scene.setSceneRect(QRectF(QPointF(0, 0), area.size()));
  scene.render(&painter, area, scene.sceneRect());
  return chart->plotArea().translated(area.topLeft());
}

void ChartPlot::paint(QPainter& painter, const QRectF& area, const Theme& theme) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.fillRect(area, theme.surface);
  const PlotLegend legend(legendOf(description_), painter.font(), area.width() - 32.0);
  double top = area.top() + 8.0;
  if (!description_.title.isEmpty()) {
    const double height = QFontMetricsF(painter.font()).height() + 4.0;
    drawHeading(painter, QRectF(area.left() + 16.0, top, area.width() - 32.0, height), description_.title, theme);
    top += height;
  }
  frame_.x = scale(description_.x).range(chosenX_);
  frame_.y = scale(description_.y).range(chosenY_);
  frame_.axes = paintAxes(painter, QRectF(QPointF(area.left(), top + legend.height()), area.bottomRight()), theme);
  legend.paint(painter, QPointF(area.left() + 16.0, top), theme);
  painter.setClipRect(zoomed() ? frame_.axes : frame_.axes.adjusted(-kneeRadius, -kneeRadius, kneeRadius, kneeRadius));
  clearMarks();
  paintMarkers(painter, theme);
  paintKnees(painter, theme);
  if (marks().empty() && description_.series.empty()) {
    const QString& notice = description_.notice;
    drawNotice(painter, frame_.axes, notice.isEmpty() ? tr("No points yet") : notice, theme);
  }
  painter.restore();
}

void ChartPlot::paintLines(QPainter& painter) const {
  const AxisScale x(description_.x);
  const AxisScale y(description_.y);
  painter.setBrush(Qt::NoBrush);
  for (const ChartSeries& series : description_.series) {
    painter.setPen(QPen(series.style.colour, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    QPolygonF piece;
    const auto finish = [&] {
      if (piece.size() > 1) painter.drawPolyline(thinned(piece, mostVertices));
      piece.clear();
    };
    for (const QPointF& value : series.line) {
      if (x.takes(value.x()) && y.takes(value.y())) {
        piece << frame_.position({x.place(value.x()), y.place(value.y())});
      } else {
        finish();
      }
    }
    finish();
  }
}

bool ChartPlot::visible(const ChartMarker& marker) const {
  const AxisScale x(description_.x);
  const AxisScale y(description_.y);
  if (!x.takes(marker.value.x()) || !y.takes(marker.value.y())) return false;
  if (!zoomed()) return true;
  const double atX = x.place(marker.value.x());
  const double atY = y.place(marker.value.y());
  return atX >= chosenX_->low && atX <= chosenX_->high && atY >= chosenY_->low && atY <= chosenY_->high;
}

void ChartPlot::paintMarkers(QPainter& painter, const Theme& theme) {
  struct Placed {
    QPointF position;
    const ChartSeries* series;
    const ChartMarker* marker;
  };
  const AxisScale x(description_.x);
  const AxisScale y(description_.y);
  std::vector<Placed> faded;
  std::vector<Placed> clear;
  for (const ChartSeries& series : description_.series) {
    for (const ChartMarker& marker : series.markers) {
      if (!visible(marker)) continue;
      const QPointF position = frame_.position({x.place(marker.value.x()), y.place(marker.value.y())});
      (marker.faded ? faded : clear).push_back({position, &series, &marker});
      if (marker.row >= 0) addMark({marker.row, position});
    }
  }
  // What is proven lies above what is not.
  for (std::vector<Placed>* placed : {&faded, &clear}) {
    std::stable_partition(placed->begin(), placed->end(), [](const Placed& one) { return !one.marker->solid; });
  }
  const auto draw = [&](const std::vector<Placed>& placed, std::size_t most, double radius) {
    const std::size_t stride = std::max<std::size_t>(1, (placed.size() + most - 1) / most);
    for (std::size_t i = 0; i < placed.size(); i += stride) {
      drawMarker(painter, placed[i].position, radius, placed[i].series->style, placed[i].marker->solid,
                 placed[i].marker->faded, theme);
    }
  };
  draw(faded, std::max<std::size_t>(1, mostMarkers - std::min(mostMarkers - 1, clear.size())), fadedRadius);
  paintLines(painter);
  draw(clear, mostMarkers, markerRadius);
}

void ChartPlot::paintKnees(QPainter& painter, const Theme& theme) const {
  const AxisScale x(description_.x);
  const AxisScale y(description_.y);
  painter.setBrush(Qt::NoBrush);
  const QFontMetricsF metrics(painter.font());
  const QString label = tr("knee");
  std::vector<QRectF> labelled;
  for (const ChartSeries& series : description_.series) {
    for (const ChartMarker& marker : series.markers) {
      if (!marker.knee || !visible(marker)) continue;
      const QPointF at = frame_.position({x.place(marker.value.x()), y.place(marker.value.y())});
      painter.setPen(QPen(series.style.colour, 1.4, Qt::DotLine));
      painter.drawEllipse(at, kneeRadius, kneeRadius);
      painter.setPen(theme.mutedText);
      // Fronts often have their knees side by side: one word is enough there.
      const QPointF place = at + QPointF(kneeRadius + 1.0, -kneeRadius + 3.0);
      const QRectF words(place - QPointF(0.0, metrics.ascent()), metrics.size(Qt::TextSingleLine, label));
      const bool isFree =
          std::none_of(labelled.begin(), labelled.end(), [&](const QRectF& other) { return other.intersects(words); });
      if (!isFree) continue;
      labelled.push_back(words);
      painter.drawText(place, label);
    }
  }
}

std::optional<PlotReading> ChartPlot::readingAt(QPointF position) const {
  if (!frame_.axes.contains(position)) return std::nullopt;
  const AxisScale x(description_.x);
  const AxisScale y(description_.y);
  const QPointF here = frame_.place(position);
  const QPointF beside = frame_.place(position + QPointF(1, -1));
  const double valueX = x.valueAt(here.x());
  const double valueY = y.valueAt(here.y());
  return PlotReading{frame_.axes, x.text(valueX, x.valueAt(beside.x()) - valueX),
                     y.text(valueY, y.valueAt(beside.y()) - valueY)};
}

void ChartPlot::setRanges(const AxisRange& x, const AxisRange& y) {
  constexpr double least = 1e-9;  // of a range; below, labels lose their meaning
  if (!(x.length() > least) || !(y.length() > least)) return;
  chosenX_ = x;
  chosenY_ = y;
  Q_EMIT changed();
}

void ChartPlot::zoom(QPointF at, double factor) {
  if (frame_.axes.isEmpty()) return;
  const QPointF centre = frame_.place(at);
  const auto around = [&](const AxisRange& range, double middle) {
    return AxisRange{middle - (middle - range.low) / factor, middle + (range.high - middle) / factor};
  };
  setRanges(around(frame_.x, centre.x()), around(frame_.y, centre.y()));
}

void ChartPlot::pan(QPointF by) {
  if (frame_.axes.isEmpty()) return;
  const double dx = by.x() / frame_.axes.width() * frame_.x.length();
  const double dy = by.y() / frame_.axes.height() * frame_.y.length();
  setRanges({frame_.x.low - dx, frame_.x.high - dx}, {frame_.y.low + dy, frame_.y.high + dy});
}

void ChartPlot::resetZoom() {
  chosenX_.reset();
  chosenY_.reset();
  Q_EMIT changed();
}

PlotTable ChartPlot::table() const {
  PlotTable table;
  table.columns = {tr("series"), description_.x.title, description_.y.title, tr("guaranteed"), tr("dominated")};
  for (const ChartSeries& series : description_.series) {
    for (const ChartMarker& marker : series.markers) {
      if (!visible(marker)) continue;
      table.rows.push_back({series.name, marker.value.x(), marker.value.y(), marker.solid, marker.faded});
    }
  }
  return table;
}

QString ChartPlot::pgfplots() const {
  return pgfChart(description_);
}

}  // namespace axescope::ui
