// SPDX-License-Identifier: GPL-3.0-or-later
// Points as a list to choose one from: some first, then all. Titles are made when they are shown or searched.
#pragma once

#include <QAbstractListModel>
#include <vector>

#include "core/study/point_result.h"

namespace axescope::ui {

class PointTitlesModel : public QAbstractListModel {
  Q_OBJECT
 public:
  /// Index of the point, an int.
  static constexpr int pointRole = Qt::UserRole;

  using QAbstractListModel::QAbstractListModel;

  /// `points` must stay as they are until the next call.
  void setPoints(const std::vector<PointResult>& points, const QList<int>& first);
  int rowOf(int point) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;

 private:
  QString title(const PointResult& point) const;

  const std::vector<PointResult>* points_ = nullptr;
  QList<int> order_;
  qsizetype firstCount_ = 0;
  std::vector<const SettingInfo*> telling_;  // settings that differ among the points and that no title has
};

}  // namespace axescope::ui
