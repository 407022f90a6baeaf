// SPDX-License-Identifier: GPL-3.0-or-later
// Layers of the open file; coloured by error or budget use of the selected point.
#pragma once

#include <QAbstractTableModel>
#include <memory>
#include <optional>
#include <vector>

#include "core/study/model.h"
#include "core/study/point_result.h"

namespace axescope::ui {

class LayersModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column { nameColumn, shapeColumn, barColumn, columnTotal };
  enum class ColourBy { error, budgetUse };
  /// Share of the bar's full length, 0–1, and whether it is a warning.
  static constexpr int barRole = Qt::UserRole;
  static constexpr int warningRole = Qt::UserRole + 1;

  using QAbstractTableModel::QAbstractTableModel;

  void setModel(std::shared_ptr<const Model> model);
  /// The point whose layers colour the list; empty for weights' share of the model.
  void setPoint(const std::optional<PointResult>& point);
  void setColourBy(ColourBy colourBy);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  const LayerMeasurement* measurement(int row) const;
  double barShare(int row) const;
  QString toolTip(int row) const;

  std::shared_ptr<const Model> model_;
  std::optional<PointResult> point_;
  ColourBy colourBy_ = ColourBy::error;
};

}  // namespace axescope::ui
