// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/bounds_model.h"

#include <QAbstractItemModelTester>

#include <gtest/gtest.h>

#include "core/budget/bounds.h"

namespace axescope::ui {
namespace {

TEST(BoundsModel, ShowsEachBoundOfEachLayerForTheChosenTile) {
  QuantizedFileLayer layer;
  layer.info.name = "fc";
  layer.info.channels = 1;
  layer.info.inputs = 4;
  layer.weightBits = 4;
  layer.codes.resize(1, 4);
  layer.codes << 7, 7, -7, 1;
  layer.weightScale = {1.0};
  layer.input.bits = 8;
  QuantizedPoint point;
  point.file.layers.push_back(layer);
  const auto inspection = std::make_shared<const Inspection>(std::move(point), QString());

  BoundsModel model;
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  const auto showTiles = [&](std::int64_t size) { model.setBounds(inspection, layerBounds(*inspection, size, {})); };
  showTiles(0);
  const auto cell = [&](int column) { return model.index(0, column).data().toInt(); };
  EXPECT_EQ(cell(BoundsModel::dataTypeColumn), dataTypeBound(4, {4}, 8, false));
  EXPECT_EQ(cell(BoundsModel::exactColumn), 13);  // 15 · 255 = 3825
  EXPECT_EQ(cell(BoundsModel::tilesColumn), 1);
  showTiles(2);
  EXPECT_EQ(cell(BoundsModel::exactColumn), 13);  // 14 · 255 = 3570
  EXPECT_EQ(cell(BoundsModel::outerColumn), 13);
  EXPECT_EQ(cell(BoundsModel::tilesColumn), 2);
  showTiles(1);
  EXPECT_EQ(cell(BoundsModel::exactColumn), 12);  // 7 · 255 = 1785
  model.setBounds(nullptr, {});
  EXPECT_EQ(model.rowCount(), 0);
}

}  // namespace
}  // namespace axescope::ui
