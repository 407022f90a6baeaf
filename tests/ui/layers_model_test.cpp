// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/layers_model.h"

#include <QAbstractItemModelTester>
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTreeView>

#include <gtest/gtest.h>

#include "ui/docks/model_dock.h"

namespace axescope::ui {
namespace {

const QString sample = QStringLiteral(AXESCOPE_SOURCE_DIR "/samples/digits-cnn.h5");

class LayersModelTest : public ::testing::Test {
 protected:
  void open(const QString& path) {
    QSignalSpy opened(&state_, &AppState::opened);
    state_.open(path);
    ASSERT_TRUE(opened.wait(30'000));
  }
  QString copyOfSample() {
    QString path = folder_.filePath(QStringLiteral("second.h5"));
    EXPECT_TRUE(QFile::exists(path) || QFile::copy(sample, path));
    return path;
  }
  const std::vector<LayerInfo>& layers() const { return state_.models()[0].model->dump().layers(); }
  /// A point that measured every layer of the sample: the first is not guaranteed, errors are 0.1, 0.2, …
  PointResult measured() const {
    PointResult point;
    for (const LayerInfo& layer : layers()) {
      LayerMeasurement row;
      row.layer = layer.name;
      row.guaranteed = !point.layers.empty();
      row.error = 0.1 * static_cast<double>(point.layers.size() + 1);
      point.layers.push_back(row);
    }
    return point;
  }

  QTemporaryDir folder_;
  AppState state_;
};

TEST_F(LayersModelTest, KeepsTheRulesOfItemModelsThroughOpenSelectAndClose) {
  LayersModel model(&state_);
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  EXPECT_EQ(model.rowCount(), 0);
  open(sample);
  open(copyOfSample());
  ASSERT_EQ(model.rowCount(), 2);
  const QPersistentModelIndex ofSecond = model.index(1, 0, model.index(1, 0));
  EXPECT_EQ(model.rowCount(model.index(0, 0)), static_cast<int>(layers().size()));
  state_.points().replace({measured()});
  state_.selection().setPoints({0});
  state_.setCurrentModel(0);
  open(sample);  // once more: read again, still one row
  EXPECT_EQ(model.rowCount(), 2);
  state_.closeModel(0);
  EXPECT_EQ(model.rowCount(), 1);
  EXPECT_TRUE(ofSecond.isValid());
  EXPECT_EQ(ofSecond.parent().row(), 0);
  state_.closeModel(0);
  EXPECT_EQ(model.rowCount(), 0);
}

TEST_F(LayersModelTest, BarsShowParametersUntilAPointIsSelected) {
  open(sample);
  LayersModel model(&state_);
  const QModelIndex file = model.index(0, 0);
  const auto bar = [&](int row, int role) { return model.index(row, LayersModel::barColumn, file).data(role); };
  EXPECT_EQ(model.shownMetric(), nullptr);
  EXPECT_FALSE(bar(0, LayersModel::warningRole).toBool());

  state_.points().replace({measured()});
  state_.selection().setPoints({0});
  ASSERT_NE(model.shownMetric(), nullptr);
  EXPECT_EQ(model.shownMetric(), &layerMetrics().front());
  EXPECT_DOUBLE_EQ(model.range()->least, 0.1);
  EXPECT_DOUBLE_EQ(model.range()->most, 0.1 * static_cast<double>(layers().size()));
  EXPECT_DOUBLE_EQ(bar(0, LayersModel::placeRole).toDouble(), 0.0);
  EXPECT_TRUE(bar(0, LayersModel::warningRole).toBool());
  EXPECT_FALSE(bar(1, LayersModel::warningRole).toBool());
  EXPECT_DOUBLE_EQ(bar(static_cast<int>(layers().size()) - 1, LayersModel::barRole).toDouble(), 1.0);

  model.setMetric(nullptr);
  EXPECT_FALSE(model.anyWarning());
  double shares = 0.0;
  for (int row = 0; row < model.rowCount(file); ++row) shares += bar(row, LayersModel::barRole).toDouble();
  EXPECT_NEAR(shares * model.range()->most, 1.0, 1e-9);
}

TEST_F(LayersModelTest, TheDockFollowsTheLayerChosenElsewhereAndTellsItsOwn) {
  ModelDock dock(&state_);
  open(sample);
  auto* tree = dock.findChild<QTreeView*>(QStringLiteral("layers"));
  ASSERT_NE(tree, nullptr);
  QSignalSpy changed(&state_.selection(), &Selection::layerChanged);
  const QString second = QString::fromStdString(layers()[1].name);
  state_.selection().setLayer(second);
  EXPECT_EQ(tree->currentIndex().siblingAtColumn(0).data().toString(), second);
  EXPECT_EQ(changed.count(), 1);
  const QModelIndex file = tree->model()->index(0, 0);
  tree->setCurrentIndex(tree->model()->index(0, 0, file));
  EXPECT_EQ(state_.selection().layer(), QString::fromStdString(layers()[0].name));
  EXPECT_EQ(changed.count(), 2);
}

TEST_F(LayersModelTest, NumberedLayersAreListedWithoutWhatAllOfThemBeginWith) {
  LayersModel model(&state_);
  open(QStringLiteral(AXESCOPE_SOURCE_DIR "/samples/text-lm.h5"));
  const QModelIndex file = model.index(0, 0);
  for (std::size_t i = 0; i < layers().size(); ++i) {
    const QString name = QString::fromStdString(layers()[i].name);
    const QString shown = model.index(static_cast<int>(i), 0, file).data().toString();
    EXPECT_TRUE(name.endsWith(shown));
    EXPECT_EQ(shown.front().isDigit(), name.contains(QLatin1Char('.'))) << name.toStdString();
    EXPECT_TRUE(model.layerIndex(name).isValid());
  }
}

TEST_F(LayersModelTest, ActivatingAFileMakesItTheStudys) {
  ModelDock dock(&state_);
  open(sample);
  open(copyOfSample());
  EXPECT_EQ(state_.currentModel(), 1);
  auto* tree = dock.findChild<QTreeView*>(QStringLiteral("layers"));
  Q_EMIT tree->activated(tree->model()->index(0, 0));
  EXPECT_EQ(state_.currentModel(), 0);
}

}  // namespace
}  // namespace axescope::ui
