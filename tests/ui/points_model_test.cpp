// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/points_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>

#include <gtest/gtest.h>

namespace axescope::ui {
namespace {

PointResult point(int bits, double accuracy) {
  PointResult result;
  result.settings.innerBits = bits;
  result.measurement.accuracy = accuracy;
  result.measurement.guaranteed = bits > 12;
  return result;
}

TEST(PointsModel, KeepsTheRulesOfItemModels) {
  PointsModel model;
  const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::Fatal);
  QSignalSpy changed(&model, &PointsModel::pointsChanged);
  model.append({point(10, 0.5), point(11, 0.6)});
  model.append({});
  model.append({point(12, 0.7)});
  EXPECT_EQ(model.rowCount(), 3);
  EXPECT_EQ(changed.count(), 2);
  model.replace({point(20, 0.9)});
  EXPECT_EQ(model.rowCount(), 1);
}

TEST(PointsModel, ShowsWhatPeopleReadAndSortsByNumbers) {
  PointsModel model;
  model.append({point(10, 0.9162), point(14, 0.5)});
  const int accuracy = PointsModel::columnOf("accuracy");
  EXPECT_EQ(model.index(0, accuracy).data().toString(), QStringLiteral("91.62 %"));
  EXPECT_DOUBLE_EQ(model.index(0, accuracy).data(PointsModel::sortRole).toDouble(), 0.9162);
  const int guaranteed = PointsModel::columnOf("guaranteed");
  EXPECT_NE(model.index(0, guaranteed).data().toString(), model.index(1, guaranteed).data().toString());
}

}  // namespace
}  // namespace axescope::ui
