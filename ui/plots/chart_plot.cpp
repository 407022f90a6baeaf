// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/chart_plot.h"

#include <QChart>
#include <QGraphicsScene>
#include <QLegendMarker>
#include <QLineSeries>
#include <QLogValueAxis>
#include <QScatterSeries>
#include <QValueAxis>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace axescope::ui {

namespace {

QScatterSeries::MarkerShape shapeOf(Marker marker) {
  switch (marker) {
    case Marker::circle:
      return QScatterSeries::MarkerShapeCircle;
    case Marker::diamond:
      return QScatterSeries::MarkerShapeRotatedRectangle;
    case Marker::square:
      return QScatterSeries::MarkerShapeRectangle;
    case Marker::triangle:
    case Marker::downTriangle:
      return QScatterSeries::MarkerShapeTriangle;
    case Marker::pentagon:
      return QScatterSeries::MarkerShapePentagon;
    case Marker::star:
    case Marker::cross:
      break;
  }
  return QScatterSeries::MarkerShapeStar;
}

// Values as the axes show them: percentages multiplied out, nothing a logarithm cannot take.
class AxisMap {
 public:
  explicit AxisMap(const ChartAxis& axis) : axis_(axis) {}
  bool takes(double value) const { return std::isfinite(value) && (!axis_.logarithmic || value > 0.0); }
  double shown(double value) const { return axis_.percent ? 100.0 * value : value; }
  void include(double value) {
    if (!takes(value)) return;
    least_ = std::min(least_, shown(value));
    most_ = std::max(most_, shown(value));
  }

  QAbstractAxis* make(const Theme& theme, const QFont& font) const {
    QAbstractAxis* result = nullptr;
    if (axis_.logarithmic && least_ > 0.0 && most_ < std::numeric_limits<double>::infinity()) {
      auto* log = new QLogValueAxis;
      log->setBase(10.0);
      log->setRange(std::pow(10.0, std::floor(std::log10(least_))),
                    std::pow(10.0, std::ceil(std::log10(most_ * 1.0001))));
      log->setMinorTickCount(-1);
      log->setLabelFormat(QStringLiteral("%g"));
      log->setMinorGridLineColor(theme.grid);
      result = log;
    } else {
      auto* linear = new QValueAxis;
      double least = least_;
      double most = most_;
      if (!(least <= most)) {
        least = 0.0;
        most = 1.0;
      }
      if (axis_.integral) {
        least = std::floor(least) - 0.5;
        most = std::ceil(most) + 0.5;
        linear->setRange(least, most);
        linear->setTickType(QValueAxis::TicksDynamic);
        linear->setTickAnchor(0.0);
        linear->setTickInterval(std::max(1.0, std::ceil((most - least) / 16.0)));
        linear->setLabelFormat(QStringLiteral("%d"));
      } else {
        const double margin = most > least ? 0.04 * (most - least) : 0.5 * std::max(1e-9, std::abs(most));
        linear->setRange(axis_.percent ? std::max(0.0, least - margin) : least - margin,
                         axis_.percent && most <= 100.0 ? std::min(100.0, most + margin) : most + margin);
        linear->applyNiceNumbers();
        linear->setLabelFormat(axis_.percent ? QStringLiteral("%.0f %%") : QStringLiteral("%g"));
      }
      result = linear;
    }
    result->setTitleText(axis_.title);
    result->setTitleBrush(theme.text);
    result->setLabelsColor(theme.mutedText);
    result->setGridLineColor(theme.grid);
    result->setLinePenColor(theme.border);
    result->setLabelsFont(font);
    QFont titleFont = font;
    titleFont.setWeight(QFont::DemiBold);
    result->setTitleFont(titleFont);
    return result;
  }

 private:
  const ChartAxis& axis_;
  double least_ = std::numeric_limits<double>::infinity();
  double most_ = -std::numeric_limits<double>::infinity();
};

QList<QPointF> shownPoints(const std::vector<QPointF>& values, const AxisMap& x, const AxisMap& y) {
  QList<QPointF> points;
  for (const QPointF& value : values) {
    if (x.takes(value.x()) && y.takes(value.y())) points.append({x.shown(value.x()), y.shown(value.y())});
  }
  return points;
}

class ChartBuilder {
 public:
  ChartBuilder(const ChartDescription& description, const Theme& theme, const QFont& font)
      : description_(description), theme_(theme), font_(font), x_(description.x), y_(description.y) {
    std::size_t markers = 0;
    for (const ChartSeries& series : description.series) {
      markers += series.markers.size();
      for (const ChartMarker& marker : series.markers) {
        x_.include(marker.value.x());
        y_.include(marker.value.y());
      }
    }
    stride_ = std::max<std::size_t>(1, (markers + ChartPlot::mostMarkers - 1) / ChartPlot::mostMarkers);
  }

  // The caller owns the chart.
  QChart* build() {
    auto* chart = new QChart;
    chart->setAnimationOptions(QChart::NoAnimation);
    chart->setBackgroundRoundness(0);
    chart->setBackgroundBrush(theme_.surface);
    chart->setBackgroundPen(Qt::NoPen);
    chart->setMargins(QMargins(6, 6, 10, 6));
    chart->setTitle(description_.title);
    QFont titleFont = font_;
    titleFont.setWeight(QFont::DemiBold);
    chart->setTitleFont(titleFont);
    chart->setTitleBrush(theme_.text);
    auto* xAxis = x_.make(theme_, font_);
    auto* yAxis = y_.make(theme_, font_);
    chart->addAxis(xAxis, Qt::AlignBottom);
    chart->addAxis(yAxis, Qt::AlignLeft);
    for (const ChartSeries& series : description_.series) addMarkers(*chart, series, true);
    for (const ChartSeries& series : description_.series) addLine(*chart, series);
    for (const ChartSeries& series : description_.series) addMarkers(*chart, series, false);
    for (QAbstractSeries* series : chart->series()) {
      series->attachAxis(xAxis);
      series->attachAxis(yAxis);
    }
    finishLegend(*chart);
    return chart;
  }

 private:
  static constexpr double markerSize = 10.0;

  void addLine(QChart& chart, const ChartSeries& series) const {
    if (series.line.empty()) return;
    auto* line = new QLineSeries;
    line->setPen(QPen(series.style.colour, 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    line->replace(shownPoints(series.line, x_, y_));
    chart.addSeries(line);
  }

  // Solid and hollow markers of one series; the first of them that stands out gives the legend its entry.
  void addMarkers(QChart& chart, const ChartSeries& series, bool faded) const {
    const bool anyStandsOut = std::any_of(series.markers.begin(), series.markers.end(),
                                          [](const ChartMarker& marker) { return !marker.faded; });
    bool named = faded && anyStandsOut;
    for (const bool solid : {true, false}) {
      std::vector<QPointF> values;
      for (std::size_t i = 0; i < series.markers.size(); ++i) {
        const ChartMarker& marker = series.markers[i];
        const bool kept = i % stride_ == 0 || !marker.faded;
        if (marker.solid == solid && marker.faded == faded && kept) values.push_back(marker.value);
      }
      if (values.empty()) continue;
      auto* scatter = new QScatterSeries;
      scatter->setMarkerShape(shapeOf(series.style.marker));
      scatter->setMarkerSize(faded ? 0.75 * markerSize : markerSize);
      QColor colour = series.style.colour;
      if (faded) colour.setAlphaF(0.4F);
      scatter->setColor(solid ? colour : theme_.surface);
      scatter->setPen(solid ? QPen(Qt::NoPen) : QPen(colour, 1.5));
      scatter->replace(shownPoints(values, x_, y_));
      scatter->setName(named ? QString() : series.name);
      named = true;
      chart.addSeries(scatter);
    }
  }

  void finishLegend(QChart& chart) const {
    QLegend* legend = chart.legend();
    legend->setFont(font_);
    legend->setLabelColor(theme_.text);
    constexpr std::size_t mostAbove = 4;  // more names would be cut off in one row
    legend->setAlignment(description_.series.size() > mostAbove ? Qt::AlignRight : Qt::AlignTop);
    legend->setMarkerShape(QLegend::MarkerShapeFromSeries);
    for (QAbstractSeries* series : chart.series()) {
      for (QLegendMarker* marker : legend->markers(series)) {
        marker->setVisible(series->type() == QAbstractSeries::SeriesTypeScatter && !series->name().isEmpty());
      }
    }
  }

  const ChartDescription& description_;
  const Theme& theme_;
  QFont font_;
  AxisMap x_;
  AxisMap y_;
  std::size_t stride_ = 1;
};

}  // namespace

ChartPlot::~ChartPlot() = default;

void ChartPlot::setDescription(ChartDescription description) {
  description_ = std::move(description);
  Q_EMIT changed();
}

void ChartPlot::paint(QPainter& painter, const QRectF& area, const Theme& theme) {
  QGraphicsScene scene;
  QChart* chart = ChartBuilder(description_, theme, painter.font()).build();
  scene.addItem(chart);  // the scene owns it now
  chart->resize(area.size());
  scene.setSceneRect(QRectF(QPointF(0, 0), area.size()));
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  scene.render(&painter, area, scene.sceneRect());
  painter.restore();
  clearMarks();
  if (chart->series().isEmpty()) return;
  const AxisMap x(description_.x);
  const AxisMap y(description_.y);
  for (const ChartSeries& series : description_.series) {
    for (const ChartMarker& marker : series.markers) {
      if (marker.row < 0 || !x.takes(marker.value.x()) || !y.takes(marker.value.y())) continue;
      const QPointF shown(x.shown(marker.value.x()), y.shown(marker.value.y()));
      addMark({marker.row, area.topLeft() + chart->mapToPosition(shown, chart->series().first())});
    }
  }
}

PlotTable ChartPlot::table() const {
  PlotTable table;
  table.columns = {tr("series"), description_.x.title, description_.y.title, tr("guaranteed"), tr("dominated")};
  for (const ChartSeries& series : description_.series) {
    for (const ChartMarker& marker : series.markers) {
      table.rows.push_back({series.name, marker.value.x(), marker.value.y(), marker.solid, marker.faded});
    }
  }
  return table;
}

}  // namespace axescope::ui
