// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/plots/chart_plot.h"

#include <QElapsedTimer>
#include <QImage>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "ui/pages/heatmap_page.h"
#include "ui/plots/result_chart.h"

namespace axescope::ui {
namespace {

constexpr QSize size(900, 600);

QImage painted(Plot& plot, const Theme& theme) {
  QImage image(size, QImage::Format_RGB32);
  QPainter painter(&image);
  plot.paint(painter, QRectF(QPointF(0, 0), QSizeF(size)), theme);
  return image;
}

std::vector<PointResult> manyPoints(int count) {
  std::vector<PointResult> points(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    PointResult& point = points[static_cast<std::size_t>(i)];
    point.settings.innerBits = 8 + i % 24;
    point.settings.tileSize = 16LL << (i / 24 % 4);
    point.settings.constraint = i % 3 == 0 ? Constraint::none : Constraint::axe;
    point.measurement.accuracy = 0.5 + 0.5 * std::sin(i * 0.37);
    point.measurement.guaranteed = i % 3 != 0;
    point.layers.resize(4);
  }
  return points;
}

ChartDescription line(std::vector<QPointF> values) {
  ChartDescription chart;
  ChartSeries series{QStringLiteral("s"), {Qt::blue, Marker::circle}, {}, {}};
  for (const QPointF& value : values) series.markers.push_back({value, true, false, static_cast<int>(value.x())});
  chart.series.push_back(series);
  return chart;
}

TEST(ChartPlot, AMillionVerticesKeepTheExtremesOfEveryPixelColumn) {
  QPolygonF wave;
  for (int i = 0; i < 1'000'000; ++i) wave << QPointF(i * 0.001, std::sin(i * 0.11) * (i % 977));
  const QPolygonF thin = thinned(wave, ChartPlot::mostVertices);
  EXPECT_LE(thin.size(), 4 * 1001);
  EXPECT_EQ(thin.boundingRect(), wave.boundingRect());
  EXPECT_EQ(thinned(thin, ChartPlot::mostVertices), thin);
}

TEST(ChartPlot, WhatIsProvenLiesAboveWhatIsNot) {
  ChartDescription chart;
  for (const bool solid : {true, false}) {
    ChartSeries series{QStringLiteral("s"), {solid ? Qt::blue : Qt::red, Marker::square}, {}, {}};
    series.markers.push_back({{1.0, 1.0}, solid, false, 0});
    chart.series.push_back(series);
  }
  ChartPlot plot;
  plot.setDescription(chart);
  const QImage image = painted(plot, Theme::light());
  EXPECT_EQ(image.pixelColor(plot.marks().front().position.toPoint()), QColor(Qt::blue));
}

TEST(ResultChart, ModelsHaveLinesOfTheirOwnUnlessTheirSizesTellThemApart) {
  std::vector<PointResult> points(6);
  std::vector<QString> models;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const bool large = i >= 3;
    points[i].settings.innerBits = 14 + static_cast<int>(i % 3);
    points[i].measurement.accuracy = (large ? 0.9 : 0.8) + 0.01 * static_cast<double>(i % 3);
    points[i].measurement.parameters = large ? 2'000'000 : 100'000;
    models.push_back(large ? QStringLiteral("large") : QStringLiteral("small"));
  }
  const Theme theme = Theme::light();
  const auto apart = curvesChart(points, {}, theme, models);
  ASSERT_EQ(apart.series.size(), 2U);
  EXPECT_TRUE(apart.series[0].name.endsWith(QStringLiteral(" · large")));
  EXPECT_TRUE(apart.series[1].name.endsWith(QStringLiteral(" · small")));
  EXPECT_NE(apart.series[0].style.colour, apart.series[1].style.colour);
  EXPECT_EQ(apart.series[0].markers.size(), 3U);
  EXPECT_EQ(curvesChart(points, {}, theme).series.size(), 1U);

  CurvesView bySize;
  bySize.x = "parameters";
  const auto scaling = curvesChart(points, bySize, theme, models);
  ASSERT_EQ(scaling.series.size(), 1U);
  EXPECT_EQ(scaling.series.front().line, (std::vector<QPointF>{{100'000.0, 0.82}, {2'000'000.0, 0.92}}));

  ParetoView ofModels;
  ofModels.x = "parameters";
  ofModels.colourBy = ColourBy::model;
  const auto byModel = paretoChart(points, ofModels, theme, models);
  ASSERT_EQ(byModel.series.size(), 2U);
  EXPECT_EQ(byModel.series[0].name, QStringLiteral("large"));
}

TEST(ChartPlot, OneHundredThousandPointsAreDrawnWithinTwoSeconds) {
  const std::vector<PointResult> points = manyPoints(100'000);
  QElapsedTimer clock;
  clock.start();
  ChartPlot pareto;
  pareto.setDescription(paretoChart(points, {}, Theme::light()));
  painted(pareto, Theme::light());
  const qint64 paretoTime = clock.restart();
  ChartPlot curves;
  curves.setDescription(curvesChart(points, {}, Theme::light()));
  painted(curves, Theme::light());
  const qint64 curvesTime = clock.restart();
  const HeatmapDescription heatmap = heatmapOf(points, {});
  std::cout << "100,000 points: Pareto " << paretoTime << " ms, curves " << curvesTime << " ms, heatmap "
            << clock.elapsed() << " ms\n";
  EXPECT_EQ(pareto.marks().size(), points.size());
  EXPECT_EQ(heatmap.columns.size(), 24);
}

TEST(ChartPlot, ValuesALogarithmCannotTakeAreLeftOutAndTheRestIsDrawn) {
  ChartPlot plot;
  ChartDescription chart =
      line({{1, 0.0}, {2, -3.0}, {3, 10.0}, {4, std::numeric_limits<double>::quiet_NaN()}, {5, 100.0}});
  chart.y.logarithmic = true;
  plot.setDescription(chart);
  painted(plot, Theme::light());
  ASSERT_EQ(plot.marks().size(), 2U);
  EXPECT_EQ(plot.table().rows.size(), 2U);
  EXPECT_GT(plot.marks()[0].position.y(), plot.marks()[1].position.y());
}

TEST(ChartPlot, ZoomingShowsLessAndExportsWhatIsShown) {
  ChartPlot plot;
  plot.setDescription(line({{1, 1}, {2, 2}, {3, 3}, {4, 4}, {5, 5}}));
  painted(plot, Theme::light());
  const QPointF first = plot.marks()[0].position;
  plot.zoom(first, 4.0);
  painted(plot, Theme::light());
  EXPECT_TRUE(plot.zoomed());
  EXPECT_LT(plot.table().rows.size(), 5U);
  // What is under the pointer stays there, but for the room that longer labels take.
  const QPointF zoomed = plot.marks()[0].position;
  EXPECT_NEAR(zoomed.x(), first.x(), 20.0);
  plot.pan({30, 0});
  painted(plot, Theme::light());
  EXPECT_NEAR(plot.marks()[0].position.x(), zoomed.x() + 30.0, 2.0);
  plot.resetZoom();
  EXPECT_EQ(plot.table().rows.size(), 5U);
}

TEST(ChartPlot, TheCrosshairReadsExactValues) {
  ChartPlot plot;
  plot.setDescription(line({{0, 0}, {10, 100}}));
  painted(plot, Theme::light());
  const auto reading = plot.readingAt(plot.marks()[1].position);
  ASSERT_TRUE(reading.has_value());
  EXPECT_NEAR(reading->x.toDouble(), 10.0, 0.1);
  EXPECT_NEAR(reading->y.toDouble(), 100.0, 1.0);
  EXPECT_FALSE(plot.readingAt({-5, -5}).has_value());
}

TEST(ChartPlot, GuaranteedMarkersAreSolidAndOthersHollow) {
  const Theme theme = Theme::light();
  ChartDescription chart = line({{1, 1}, {2, 2}});
  chart.series[0].style.colour = QColor(0, 0, 255);
  chart.series[0].markers[1].solid = false;
  ChartPlot plot;
  plot.setDescription(chart);
  const QImage image = painted(plot, theme);
  EXPECT_EQ(image.pixelColor(plot.marks()[0].position.toPoint()), QColor(0, 0, 255));
  EXPECT_EQ(image.pixelColor(plot.marks()[1].position.toPoint()), theme.surface);
}

TEST(ChartPlot, TheSameMethodHasTheSameColourInEveryPlot) {
  const auto points = manyPoints(200);
  const Theme theme = Theme::light();
  const auto pareto = paretoChart(points, {}, theme);
  CurvesView view;
  view.colourBy = ColourBy::constraint;
  const auto curves = curvesChart(points, view, theme);
  ASSERT_EQ(pareto.series.size(), curves.series.size());
  for (std::size_t i = 0; i < pareto.series.size(); ++i) {
    EXPECT_EQ(pareto.series[i].name, curves.series[i].name);
    EXPECT_EQ(pareto.series[i].style.colour, curves.series[i].style.colour);
  }
}

TEST(Heatmap, TheContourSeparatesWhatIsGoodEnough) {
  std::vector<PointResult> points;
  for (int bits = 10; bits < 14; ++bits) {
    PointResult point;
    point.settings.innerBits = bits;
    point.measurement.accuracy = 0.1 * (bits - 9);
    points.push_back(point);
  }
  HeatmapPlot plot;
  HeatmapDescription heatmap = heatmapOf(points, {});
  plot.setDescription(heatmap);
  const QImage without = painted(plot, Theme::light());
  heatmap.contour = 0.25;
  plot.setDescription(heatmap);
  const QImage with = painted(plot, Theme::light());
  const QColor red = Theme::light().error;
  const QPointF left = plot.marks()[1].position;   // 0.2
  const QPointF right = plot.marks()[2].position;  // 0.3
  const QPoint between = ((left + right) / 2).toPoint();
  EXPECT_EQ(with.pixelColor(between), red);
  EXPECT_NE(without.pixelColor(between), red);
}

TEST(ResultChart, PerplexitiesFarApartAreDrawnOverDecades) {
  std::vector<PointResult> points(2);
  points[0].measurement.perplexity = 3.9;
  points[1].measurement.perplexity = 7.0;
  EXPECT_FALSE(paretoChart(points, {}, Theme::light()).y.logarithmic);
  EXPECT_FALSE(curvesChart(points, {}, Theme::light()).y.logarithmic);
  points[1].measurement.perplexity = 8.6e5;
  EXPECT_TRUE(paretoChart(points, {}, Theme::light()).y.logarithmic);
  EXPECT_TRUE(curvesChart(points, {}, Theme::light()).y.logarithmic);
}

}  // namespace
}  // namespace axescope::ui
