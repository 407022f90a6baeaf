// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/render.h"

#include <QFile>
#include <QTemporaryDir>

#include <gtest/gtest.h>

#include "core/budget/bounds.h"
#include "core/study/results_file.h"
#include "core/study/runner.h"
#include "core/study/study.h"
#include "ui/plots/bounds_chart.h"
#include "ui/state/model_overview.h"

namespace axescope::ui {
namespace {

const QString sample = QStringLiteral(AXESCOPE_SOURCE_DIR "/samples/digits-cnn.h5");

class Render : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new QTemporaryDir;
    results_ = folder_->filePath(QStringLiteral("r.h5"));
    const auto model = Model::open(sample.toStdString());
    Study study;
    for (const auto& [key, text] : {std::pair("algorithm", "rtn"),
                                    {"inner_bits", "12,16"},
                                    {"tile", "64"},
                                    {"propagate", "off"},
                                    {"eval_samples", "50"}}) {
      ASSERT_TRUE(study.set(key, std::string_view(text)).has_value());
    }
    auto file = ResultsFile::open({results_.toStdString(), std::nullopt, false}, *makeProvenance(**model, study));
    ASSERT_TRUE(file.has_value());
    const PointSink sink = [&](const PointResult& point) { return (*file)->add(point); };
    ASSERT_TRUE(runPoints(**model, *study.points({.propagation = true}), sink, {}).has_value());
    ASSERT_TRUE((*file)->finish().has_value());
  }
  static void TearDownTestSuite() {
    delete folder_;
    folder_ = nullptr;
  }
  static QByteArray rendered(RenderRequest request) {
    request.out = folder_->filePath(QStringLiteral("out.svg"));
    QFile::remove(request.out);
    const Status status = render(request);
    EXPECT_TRUE(status.has_value()) << (status ? "" : status.error().line());
    QFile file(request.out);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
  }
  static Error refused(RenderRequest request) {
    request.out = folder_->filePath(QStringLiteral("none.svg"));
    const Status status = render(request);
    EXPECT_FALSE(status.has_value());
    EXPECT_FALSE(QFile::exists(request.out));
    return status ? Error{} : status.error();
  }
  static QTemporaryDir* folder_;
  static QString results_;
};
QTemporaryDir* Render::folder_ = nullptr;
QString Render::results_;

TEST_F(Render, EveryPlotCarriesTheHashOfItsInput) {
  for (const char* plot : {"pareto", "curves", "heatmap", "budgets", "datapath", "bounds"}) {
    const QByteArray svg = rendered({.file = results_, .plot = QString::fromLatin1(plot), .model = sample});
    EXPECT_TRUE(svg.contains("input_sha256")) << plot;
    EXPECT_GT(svg.size(), 2000) << plot;
  }
}

// The wider the data type the wider its bound; what the codes need lies below it.
TEST_F(Render, BoundsOfADumpAreThoseOfItsRoundedLayers) {
  const QString out = folder_->filePath(QStringLiteral("bounds.json"));
  ASSERT_TRUE(render({.file = sample, .plot = QStringLiteral("bounds"), .out = out}));
  QFile file(out);
  ASSERT_TRUE(file.open(QIODevice::ReadOnly));
  const QByteArray text = file.readAll();
  for (const char* bound : {"data type", "A2Q", "A2Q+", "exact", "input_sha256"}) EXPECT_TRUE(text.contains(bound));
  const auto model = Model::open(sample.toStdString());
  const auto study = overviewStudy(4, 8);
  const auto point = quantizePoint(**model, study.points({})->front(), "{}", 0, {});
  ASSERT_TRUE(point.has_value());
  const Inspection rounded(*point, QStringLiteral("rounded"));
  const ChartDescription chart = boundsChart(rounded, Theme::paper());
  ASSERT_EQ(chart.series.size(), 4U);
  for (const ChartSeries& series : chart.series) ASSERT_EQ(series.markers.size(), rounded.layers().size());
  for (std::size_t layer = 0; layer < rounded.layers().size(); ++layer) {
    const QuantizedFileLayer& codes = rounded.layers()[layer];
    const QPointF dataType = chart.series[0].markers[layer].value;
    EXPECT_EQ(dataType.x(), static_cast<double>(codes.info.k()));
    EXPECT_EQ(dataType.y(), dataTypeBound(codes.info.k(), {4}, 8, false));
    const Certificate certificate(codes.codes, Tiling::of(codes.info.k(), 0), codes.input.range(), 32, 0);
    EXPECT_EQ(chart.series[3].markers[layer].value.y(), certificate.smallestInnerBits());
    EXPECT_LE(chart.series[3].markers[layer].value.y(), dataType.y());
    EXPECT_EQ(chart.series[0].markers[layer].row, static_cast<int>(layer));
  }
}

TEST_F(Render, ChartsTakeTheirColumns) {
  for (const char* plot : {"pareto", "curves"}) {
    const QString name = QString::fromLatin1(plot);
    const QByteArray svg = rendered(
        {.file = results_, .plot = name, .x = QStringLiteral("mean_inner_bits"), .y = QStringLiteral("sqnr_db")});
    EXPECT_TRUE(svg.contains("Mean inner width")) << plot;
    EXPECT_TRUE(svg.contains("SQNR")) << plot;
    EXPECT_EQ(refused({.file = results_, .plot = name, .x = QStringLiteral("algorithm")}).object, "--x");
    EXPECT_EQ(refused({.file = results_, .plot = name, .y = QStringLiteral("beauty")}).object, "--y");
  }
}

TEST_F(Render, BudgetsFindTheDumpBesideTheResults) {
  EXPECT_EQ(refused({.file = results_, .plot = QStringLiteral("budgets")}).code, ErrorCode::notFound);
  ASSERT_TRUE(QFile::copy(sample, folder_->filePath(QStringLiteral("digits-cnn.h5"))));
  EXPECT_FALSE(rendered({.file = results_, .plot = QStringLiteral("budgets")}).isEmpty());
}

TEST_F(Render, AnotherDumpIsRefusedByItsHash) {
  const QString other = QStringLiteral(AXESCOPE_SOURCE_DIR "/samples/fir-bank.h5");
  const Error error = refused({.file = results_, .plot = QStringLiteral("budgets"), .model = other});
  EXPECT_EQ(error.code, ErrorCode::refused);
  EXPECT_NE(error.line().find("SHA-256"), std::string::npos);
}

TEST_F(Render, WhatIsNotThereIsNamed) {
  EXPECT_EQ(refused({.file = results_, .plot = QStringLiteral("pie")}).object, "--plot");
  EXPECT_EQ(refused({.file = results_, .plot = QStringLiteral("budgets"), .model = sample, .point = 99}).object,
            "--point");
  EXPECT_EQ(
      refused(
          {.file = results_, .plot = QStringLiteral("budgets"), .model = sample, .layer = QStringLiteral("nowhere")})
          .object,
      "--layer");
  EXPECT_EQ(refused({.file = sample, .plot = QStringLiteral("pareto")}).code, ErrorCode::unsupported);
}

TEST_F(Render, PointsOfSeveralFilesAreDrawnTogether) {
  const QString more = folder_->filePath(QStringLiteral("more.h5"));
  QFile::remove(more);
  ASSERT_TRUE(QFile::copy(results_, more));
  const QString y = QStringLiteral("sqnr_db");
  const QString x = QStringLiteral("parameters");
  const auto csvLines = [&](const QStringList& others) {
    const QString out = folder_->filePath(QStringLiteral("out.csv"));
    QFile::remove(out);
    EXPECT_TRUE(
        render({.file = results_, .plot = QStringLiteral("pareto"), .out = out, .x = x, .y = y, .others = others}));
    QFile file(out);
    return file.open(QIODevice::ReadOnly) ? file.readAll().count('\n') : 0;
  };
  EXPECT_GT(csvLines({more}), csvLines({}));
  const QByteArray svg =
      rendered({.file = results_, .plot = QStringLiteral("pareto"), .x = x, .y = y, .others = {more}});
  EXPECT_EQ(svg.count("input_sha256"), 2);
  const QString curves = QStringLiteral("curves");
  const auto named = [](const QByteArray& picture) {
    return picture.contains("(more)") && picture.contains("digits-cnn");
  };
  EXPECT_TRUE(named(rendered({.file = results_, .plot = curves, .y = y, .others = {more}})));
  EXPECT_FALSE(named(rendered({.file = results_, .plot = curves, .x = x, .y = y, .others = {more}})))
      << "their places along x tell models apart";
  EXPECT_EQ(refused({.file = results_, .plot = QStringLiteral("budgets"), .others = {more}}).object, "--plot");
  EXPECT_EQ(refused({.file = results_, .others = {sample}}).code, ErrorCode::unsupported);
}

}  // namespace
}  // namespace axescope::ui
