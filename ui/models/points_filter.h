// SPDX-License-Identifier: GPL-3.0-or-later
// The points a table shows and their order; headings short enough for a table.
#pragma once

#include <QSortFilterProxyModel>

#include "ui/models/point_query.h"
#include "ui/models/points_model.h"

namespace axescope::ui {

class PointsFilter : public QSortFilterProxyModel {
  Q_OBJECT
 public:
  explicit PointsFilter(PointsModel* points, QObject* parent = nullptr);

  /// See PointQuery::parse. A wrong term filters nothing; problem() says what is wrong with it.
  void setFilter(const QString& text);
  const QString& problem() const { return query_.problem(); }
  /// Where text is looked for.
  void setShownColumns(const QList<int>& columns);

  /// Row of the points behind a row of the table, and back; −1 for a point that is filtered out.
  int pointAt(int row) const { return mapToSource(index(row, 0)).row(); }
  int rowOf(int point) const { return mapFromSource(points_->index(point, 0)).row(); }
  /// All points shown, in the order shown.
  QList<int> shownPoints() const;

  QVariant data(const QModelIndex& index, int role) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

 protected:
  bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
  bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

 private:
  PointsModel* points_;
  PointQuery query_;
  QList<int> shownColumns_;
};

}  // namespace axescope::ui
