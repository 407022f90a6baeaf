// SPDX-License-Identifier: GPL-3.0-or-later
// The smallest safe accumulator widths of every layer, by each bound.
#pragma once

#include <QAbstractTableModel>
#include <memory>
#include <vector>

#include "core/budget/width_bounds.h"
#include "ui/state/inspection.h"

namespace axescope::ui {

class BoundsModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column {
    nameColumn,
    kindColumn,
    channelsColumn,
    kColumn,
    groupsColumn,
    tilesColumn,
    dataTypeColumn,
    a2qColumn,
    a2qPlusColumn,
    exactColumn,
    outerColumn,
    columnTotal
  };

  using QAbstractTableModel::QAbstractTableModel;

  /// Bounds for tiles of this size (0: full) of the codes in `inspection`; may be null.
  void setCodes(std::shared_ptr<const Inspection> inspection, std::int64_t tileSize);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  struct Row {
    WidthBounds inner;
    int outer = 0;
    std::int64_t tiles = 0;
  };
  std::shared_ptr<const Inspection> inspection_;
  std::vector<Row> rows_;
};

}  // namespace axescope::ui
