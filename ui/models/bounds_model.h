// SPDX-License-Identifier: GPL-3.0-or-later
// The smallest safe accumulator widths of every layer, by each bound.
#pragma once

#include <QAbstractTableModel>
#include <memory>
#include <stop_token>
#include <vector>

#include "core/budget/width_bounds.h"
#include "ui/state/inspection.h"

namespace axescope::ui {

/// What the accumulators of one layer need.
struct LayerBounds {
  WidthBounds inner;
  int outer = 0;
  std::int64_t tiles = 0;
};
/// Of every layer, for tiles of this size (0: full). Reads all codes; less layers when stopped.
std::vector<LayerBounds> layerBounds(const Inspection& inspection, std::int64_t tileSize, const std::stop_token& stop);

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

  static constexpr int fullNameRole = Qt::UserRole;

  /// Bounds of the first layers of `inspection`, which may be null without any.
  void setBounds(std::shared_ptr<const Inspection> inspection, std::vector<LayerBounds> bounds);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  std::shared_ptr<const Inspection> inspection_;
  QString prefix_;  // what all numbered layers' names begin with
  std::vector<LayerBounds> rows_;
};

}  // namespace axescope::ui
