// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/compare_page.h"

#include <QAbstractItemModelTester>
#include <QApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <gtest/gtest.h>

namespace axescope::ui {
namespace {

const QString sample = QStringLiteral(AXESCOPE_SOURCE_DIR "/samples/digits-cnn.h5");

PointResult point(int innerBits, double accuracy, double error) {
  PointResult result;
  result.settings.innerBits = innerBits;
  result.measurement.accuracy = accuracy;
  result.measurement.guaranteed = true;
  for (const char* name : {"conv1", "fc"}) {
    LayerMeasurement layer;
    layer.layer = name;
    layer.error = error;
    layer.guaranteed = true;
    result.layers.push_back(layer);
    error *= 3.0;
  }
  return result;
}

QString cell(const DifferencesModel& model, const QString& what, int column) {
  for (int row = 0; row < model.rowCount(); ++row) {
    if (model.index(row, DifferencesModel::whatColumn).data().toString() == what) {
      return model.index(row, column).data().toString();
    }
  }
  return QStringLiteral("absent");
}

TEST(DifferencesModel, ShowsWhatDiffersAndByHowMuch) {
  DifferencesModel model;
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  EXPECT_EQ(model.rowCount(), 0);
  model.setPoints(point(16, 0.95, 0.1), point(13, 0.9, 0.1));
  EXPECT_EQ(model.rowCount(), 2);
  EXPECT_EQ(model.differenceCount(), 2);
  EXPECT_EQ(cell(model, QStringLiteral("Inner width P_I"), DifferencesModel::differenceColumn), QStringLiteral("−3"));
  EXPECT_EQ(cell(model, QStringLiteral("Accuracy"), DifferencesModel::aColumn), QStringLiteral("95.00 %"));
  EXPECT_EQ(cell(model, QStringLiteral("Accuracy"), DifferencesModel::differenceColumn), QStringLiteral("−5.00 pp"));
  EXPECT_EQ(model.index(1, 0).data(DifferencesModel::betterRole).toInt(), -1);
  model.setEqualShown(true);
  EXPECT_EQ(cell(model, QStringLiteral("Algorithm"), DifferencesModel::differenceColumn), QString());
  EXPECT_EQ(model.differenceCount(), 2);
}

TEST(ComparePage, ComparesTheSelectedPointsLayerByLayer) {
  AppState state;
  state.points().replace({point(16, 0.95, 0.1), point(13, 0.9, 0.3), point(12, 0.5, 0.7)});
  ComparePage page(&state);
  state.selection().setPoints({2, 0});
  const PlotTable table = page.plot()->table();
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0][0].toString(), QStringLiteral("conv1"));
  EXPECT_DOUBLE_EQ(table.rows[0][1].toDouble(), 0.7);
  EXPECT_DOUBLE_EQ(table.rows[0][2].toDouble(), 0.1);
  EXPECT_DOUBLE_EQ(table.rows[1][3].toDouble(), 3 * 0.1 - 3 * 0.7);
  EXPECT_EQ(cell(page.differences(), QStringLiteral("Inner width P_I"), DifferencesModel::bColumn),
            QStringLiteral("16"));
  page.swap();
  EXPECT_DOUBLE_EQ(page.plot()->table().rows[0][1].toDouble(), 0.1);
}

TEST(ComparePage, HasSomethingToShowBeforeAnyoneChose) {
  AppState state;
  ComparePage page(&state);
  EXPECT_TRUE(page.plot()->table().rows.empty());
  state.points().replace({point(16, 0.95, 0.1), point(13, 0.9, 0.3)});
  EXPECT_EQ(page.plot()->table().rows.size(), 2U);
}

TEST(ComparePage, ALayerThatOnlyOnePointHasIsShownWithoutADifference) {
  PointResult a = point(16, 0.95, 0.1);
  a.layers.pop_back();
  const std::vector<CompareLayer> layers = compareLayers(a, point(13, 0.9, 0.3));
  ASSERT_EQ(layers.size(), 2U);
  EXPECT_FALSE(layers[1].a.has_value());
  EXPECT_TRUE(layers[1].b.has_value());
}

TEST(ComparePage, EveryHeightOfThePlotBelongsToALayer) {
  AppState state;
  PointResult many = point(16, 0.95, 0.1);
  for (int i = 0; i < 120; ++i) {
    many.layers.push_back(many.layers.front());
    many.layers.back().layer = "layer" + std::to_string(i);
  }
  state.points().replace({many, many});
  ComparePage page(&state);
  page.setA(0);
  page.setB(1);
  Plot* plot = page.plot();
  QImage image(900, 500, QImage::Format_ARGB32_Premultiplied);
  QPainter painter(&image);
  plot->paint(painter, QRectF(0, 0, 900, 500), Theme::light());
  ASSERT_EQ(plot->marks().size(), 122U);
  for (const std::size_t row : {0U, 60U, 121U}) {
    const auto mark = plot->markNear({300.0, plot->marks()[row].position.y()}, 1.0);
    ASSERT_TRUE(mark.has_value());
    EXPECT_EQ(mark->row, static_cast<int>(row));
  }
  EXPECT_FALSE(plot->markNear({300.0, 2.0}, 1.0).has_value());
}

TEST(PointChoice, KeepsWhatIsTypedWhenPointsArrive) {
  std::vector<PointResult> points{point(16, 0.95, 0.1)};
  QWidget window;
  QPushButton other(&window);
  PointChoice choice(&window);
  choice.setCompleter(nullptr);  // no list that takes the focus
  choice.setPoints(points, {}, 0);
  window.show();
  QApplication::setActiveWindow(&window);
  choice.setFocus();
  ASSERT_TRUE(choice.hasFocus());
  choice.lineEdit()->selectAll();
  QTest::keyClicks(choice.lineEdit(), QStringLiteral("P_I 1"));
  points.push_back(point(13, 0.9, 0.3));
  choice.setPoints(points, {}, 0);
  EXPECT_EQ(choice.lineEdit()->text(), QStringLiteral("P_I 1"));
  EXPECT_EQ(choice.count(), 2);
  // Leaving without a choice goes back to the point that is chosen.
  other.setFocus();
  EXPECT_EQ(choice.lineEdit()->text(), choice.itemText(0));
}

TEST(ComparePage, TakesBFromASecondFile) {
  const QTemporaryDir folder;
  const QString path = folder.filePath(QStringLiteral("other.h5"));
  Provenance provenance;
  provenance.inputFile = "other-dump.h5";
  const auto file = ResultsFile::open({.path = path.toStdString(), .csv = std::nullopt}, provenance);
  ASSERT_TRUE(file.has_value());
  ASSERT_TRUE((*file)->add(point(20, 0.97, 0.05)).has_value());
  AppState state;
  state.points().replace({point(16, 0.95, 0.1), point(13, 0.9, 0.3)});
  ComparePage page(&state);
  QSignalSpy changed(&page, &ComparePage::fileOfBChanged);
  QSignalSpy message(&page, &ComparePage::message);
  page.openForB(path);
  ASSERT_TRUE(changed.wait(30'000));
  EXPECT_EQ(message.count(), 0);
  EXPECT_DOUBLE_EQ(page.plot()->table().rows[0][1].toDouble(), 0.1);
  EXPECT_DOUBLE_EQ(page.plot()->table().rows[0][2].toDouble(), 0.05);
  EXPECT_TRUE(page.plot()->table().columns[2].contains(QStringLiteral("other.h5")));
  EXPECT_TRUE(page.provenance().contains(QStringLiteral("other-dump.h5")));
  // Selecting points moves A alone now.
  state.selection().setPoints({1, 0});
  EXPECT_DOUBLE_EQ(page.plot()->table().rows[0][1].toDouble(), 0.3);
  EXPECT_DOUBLE_EQ(page.plot()->table().rows[0][2].toDouble(), 0.05);
  page.closeFileOfB();
  EXPECT_DOUBLE_EQ(page.plot()->table().rows[0][2].toDouble(), 0.1);
}

TEST(ComparePage, AFileWithoutResultsIsRefusedByName) {
  AppState state;
  ComparePage page(&state);
  QSignalSpy message(&page, &ComparePage::message);
  page.openForB(sample);
  ASSERT_TRUE(message.wait(30'000));
  EXPECT_TRUE(message[0][0].toString().contains(QStringLiteral("digits-cnn.h5")));
  EXPECT_TRUE(message[0][1].toBool());
}

}  // namespace
}  // namespace axescope::ui
