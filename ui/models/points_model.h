// SPDX-License-Identifier: GPL-3.0-or-later
// Every finished point of the study, one row each, with the columns of the results file.
#pragma once

#include <QAbstractTableModel>
#include <optional>
#include <vector>

#include "core/study/point_result.h"

namespace axescope::ui {

class PointsModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  /// Numbers for sorting and filtering, as QVariant(double) or text.
  static constexpr int sortRole = Qt::UserRole;

  using QAbstractTableModel::QAbstractTableModel;

  const std::vector<PointResult>& points() const { return points_; }
  void append(const std::vector<PointResult>& points);
  void replace(std::vector<PointResult> points);
  /// Of the first points, in their order; points that arrived since keep theirs.
  void setCustomCosts(const std::vector<std::optional<double>>& costs);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

  static int columnOf(std::string_view name);
  /// Rich text for a row on hover; empty for a row that is not there.
  QString describe(int row) const;

 Q_SIGNALS:
  /// After append and replace, for plots: they read points() as a whole.
  void pointsChanged();

 private:
  std::vector<PointResult> points_;
};

/// "OPTQ · AXE · W4 A8 · P_I 16 · P_O auto · T 64".
QString pointTitle(const PointSettings& settings);
/// Rich text for a point: its settings and what was measured.
QString pointDescription(const PointResult& point);

/// Whether a column's numbers are shares of one, which people read as percentages.
bool isShare(const ResultColumn& column);
/// A cell as people read it: percentages for accuracies and rates, three significant digits for errors.
QString displayText(const ResultColumn& column, const PointResult& point);

}  // namespace axescope::ui
