// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/costs_page.h"

#include <QComboBox>
#include <QImage>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

#include "core/cost/builtin_cost_models.h"
#include "core/study/point_costs.h"
#include "ui/dialogs/cost_table_dialog.h"

namespace axescope::ui {
namespace {

const QString sample = QStringLiteral(AXESCOPE_SOURCE_DIR "/samples/digits-cnn.h5");

void openSample(AppState& state) {
  QSignalSpy opened(&state, &AppState::opened);
  state.open(sample);
  ASSERT_TRUE(opened.wait(10'000));
}

std::size_t rowsOf(CostsPage& page) {
  return page.plot()->table().rows.size();
}

PointResult pointAt(const Model& model, int innerBits, double accuracy) {
  PointResult point;
  point.settings.innerBits = innerBits;
  point.settings.propagation = Propagation::off;
  point.settings.lastLayer = LastLayer::quantized;
  point.layers = expectedLayers(model, point.settings);
  point.measurement.accuracy = accuracy;
  point.measurement.guaranteed = true;
  point.measurement.innerBitsUsed = innerBits;
  const auto counts = PointCounter(model).count(point, {});
  EXPECT_TRUE(counts);
  if (counts) priceBuiltin(*counts, point.measurement);
  return point;
}

TEST(CostsPage, ShowsWhatTheStudyWouldCostBeforeAnythingRan) {
  AppState state;
  CostsPage page(&state);
  EXPECT_EQ(rowsOf(page), 0U);
  openSample(state);
  EXPECT_TRUE(QTest::qWaitFor([&] { return rowsOf(page) > 0; }, 10'000));
  const PlotTable table = page.plot()->table();
  EXPECT_EQ(table.columns.size(), 4);
  double all = 0.0;
  for (const auto& row : table.rows) all += row[1].toDouble();
  EXPECT_GT(all, 0.0);
}

TEST(CostsPage, TwoModelsStandSideBySide) {
  AppState state;
  CostsPage page(&state);
  openSample(state);
  ASSERT_TRUE(QTest::qWaitFor([&] { return rowsOf(page) > 0; }, 10'000));
  const auto boxes = page.findChildren<QComboBox*>();
  ASSERT_GE(boxes.size(), 2);
  boxes[1]->setCurrentIndex(boxes[1]->findData(QStringLiteral("energy")));
  Q_EMIT boxes[1]->activated(boxes[1]->currentIndex());
  EXPECT_EQ(page.plot()->table().columns.size(), 7);
  QImage image(900, 500, QImage::Format_RGB32);
  QPainter painter(&image);
  page.plot()->paint(painter, image.rect(), Theme::light());
  EXPECT_FALSE(page.plot()->marks().empty());
}

TEST(CostsPage, OneSentenceSaysWhatANarrowAccumulatorBuys) {
  AppState state;
  CostsPage page(&state);
  openSample(state);
  const auto model = state.model();
  state.points().replace({pointAt(*model, 16, 0.95), pointAt(*model, 32, 0.96)});
  page.plot();
  EXPECT_TRUE(page.sentence().contains(QStringLiteral("A 16-bit accumulator"))) << page.sentence().toStdString();
}

TEST(CostTable, PricesEveryPointInItsOwnColumn) {
  AppState state;
  openSample(state);
  state.points().replace({pointAt(*state.model(), 16, 0.95)});
  QSignalSpy changed(&state.points(), &PointsModel::pointsChanged);
  state.costTable().set(builtinCostModels().front());
  ASSERT_TRUE(changed.wait(10'000));
  const Measurement& m = state.points().points().front().measurement;
  ASSERT_TRUE(m.customCost);
  EXPECT_EQ(*m.customCost, *m.costs.front());
}

TEST(CostTable, DoesNotPricePointsByTheAnswerForThoseThatWereThere) {
  AppState state;
  openSample(state);
  const PointResult there = pointAt(*state.model(), 16, 0.95);
  state.points().replace({there});
  state.costTable().set(builtinCostModels().front());
  state.closeModel(0);
  state.points().replace({there});
  QTest::qWait(500);
  EXPECT_FALSE(state.points().points().front().measurement.customCost);
}

TEST(CostTable, SaysOnThePageWhyPointsHaveNoPrice) {
  AppState state;
  CostsPage page(&state);
  openSample(state);
  page.plot();
  CostModel table = builtinCostModels().front();
  // Sound at the widths that a table is tried out at; without a price at these.
  table.rules.clear();
  table.otherwise = "1 / (K - " + std::to_string(state.model()->dump().layers().front().k()) + ")";
  QSignalSpy failed(&state.costTable(), &CostTable::failed);
  state.points().replace({pointAt(*state.model(), 16, 0.95)});
  state.costTable().set(table);
  ASSERT_TRUE(failed.wait(10'000));
  EXPECT_FALSE(state.costTable().problem().isEmpty());
  EXPECT_EQ(page.sentence(), state.costTable().problem());
}

TEST(CostTableDialog, WritesBackWhatItWasGiven) {
  for (const CostModel& model : builtinCostModels()) {
    CostTableDialog dialog(model);
    const auto written = dialog.written();
    ASSERT_TRUE(written) << written.error().line();
    EXPECT_EQ(*written, model);
  }
}

TEST(CostTableDialog, SaysAtOnceWhatDoesNotWork) {
  CostTableDialog dialog(builtinCostModels()[1]);
  auto* coefficients = dialog.findChildren<QTableWidget*>().front();
  coefficients->item(0, 1)->setText(QStringLiteral("1 / 0"));
  EXPECT_FALSE(dialog.written());
  EXPECT_TRUE(dialog.problem().contains(QStringLiteral("/coefficients/multiply"))) << dialog.problem().toStdString();
  EXPECT_TRUE(dialog.problem().contains(QStringLiteral("division by zero")));
  coefficients->item(0, 1)->setText(QStringLiteral("2"));
  ASSERT_TRUE(dialog.written());
  dialog.accept();
  EXPECT_EQ(dialog.table().coefficients.front().second, "2");
}

}  // namespace
}  // namespace axescope::ui
