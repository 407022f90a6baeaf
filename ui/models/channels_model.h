// SPDX-License-Identifier: GPL-3.0-or-later
// The channels of an inspected layer: sums, budgets, headroom, what the emulator saw. Any number of rows: cells are
// computed when they are shown.
#pragma once

#include <QAbstractTableModel>
#include <memory>
#include <vector>

#include "core/datapath/overflow_statistics.h"
#include "core/datapath/reference_emulator.h"
#include "ui/state/inspection.h"

namespace axescope::ui {

/// A channel driven to its predicted extremes, through the datapath.
struct WitnessRun {
  DotProductTrace highest;
  DotProductTrace lowest;
};
/// One for each channel of the layer.
std::vector<WitnessRun> runWitnesses(const Inspection& inspection, std::size_t layer, const std::stop_token& stop);

class ChannelsModel : public QAbstractTableModel {
  Q_OBJECT
 public:
  enum Column {
    channelColumn,
    tileColumn,  // the fullest
    positiveColumn,
    negativeColumn,
    l1Column,
    highestColumn,
    lowestColumn,
    useColumn,
    headroomColumn,
    overflowColumn,
    firstOverflowColumn,
    witnessColumn,
    columnTotal
  };
  /// Numbers, for sorting.
  static constexpr int sortRole = Qt::UserRole;
  /// Whether the channel is proven.
  static constexpr int guaranteedRole = Qt::UserRole + 1;

  using QAbstractTableModel::QAbstractTableModel;

  void setLayer(std::shared_ptr<const Inspection> inspection, std::size_t layer);
  void setOverflow(OverflowStatistics statistics);
  void setWitnesses(std::vector<WitnessRun> witnesses);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  QVariant value(std::int64_t channel, int column) const;
  QString witnessText(std::size_t channel) const;

  std::shared_ptr<const Inspection> inspection_;
  std::size_t layer_ = 0;
  OverflowStatistics overflow_;
  std::vector<WitnessRun> witnesses_;
};

}  // namespace axescope::ui
