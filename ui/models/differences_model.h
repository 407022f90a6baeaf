// SPDX-License-Identifier: GPL-3.0-or-later
// Two points side by side: settings and measurements of each, and their difference.
#pragma once

#include <QAbstractTableModel>
#include <optional>
#include <vector>

#include "core/study/point_result.h"

namespace axescope::ui {

class DifferencesModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { whatColumn, aColumn, bColumn, differenceColumn, columnTotal };
  /// +1 where B is better than A, −1 where it is worse, 0 where neither can be said.
  static constexpr int betterRole = Qt::UserRole;

  using QAbstractTableModel::QAbstractTableModel;

  void setPoints(const std::optional<PointResult>& a, const std::optional<PointResult>& b);
  /// Rows in which A and B agree are left out unless this is set.
  void setEqualShown(bool shown);
  int differenceCount() const { return differences_; }

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  void rebuild();
  QString difference(const ResultColumn& column) const;
  int better(const ResultColumn& column) const;

  std::optional<PointResult> a_;
  std::optional<PointResult> b_;
  bool equalShown_ = false;
  int differences_ = 0;
  std::vector<const ResultColumn*> rows_;
};

}  // namespace axescope::ui
