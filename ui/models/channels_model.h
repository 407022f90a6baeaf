// SPDX-License-Identifier: GPL-3.0-or-later
// The channels of an inspected layer: sums, budgets, headroom, what the emulator saw. A hundred thousand rows are fine.
#pragma once

#include <QAbstractTableModel>
#include <QSortFilterProxyModel>
#include <memory>
#include <optional>
#include <vector>

#include "core/datapath/reference_emulator.h"
#include "core/network/code_product.h"
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
    estimateColumn,  // of gaussian_tail.h
    firstOverflowColumn,
    witnessColumn,
    columnTotal
  };

  using QAbstractTableModel::QAbstractTableModel;

  void setLayer(std::shared_ptr<const Inspection> inspection, std::size_t layer);
  /// Of the layer's input codes.
  void setOverflow(const CodeProduct& product);
  void setWitnesses(std::vector<WitnessRun> witnesses);
  /// What a cell says, for sorting and comparing; of a witness the highest sum it reached. Empty without a value.
  std::optional<double> number(std::int64_t channel, int column) const;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 private:
  // Of a channel's fullest tile, beside each other: sorting reads them in any order.
  struct Channel {
    std::int64_t tile = 0;
    TileSums sums;
    double use = 0.0;
    int headroomBits = 0;
  };
  QString text(std::int64_t channel, int column) const;
  QString witnessText(std::size_t channel) const;

  std::shared_ptr<const Inspection> inspection_;
  std::size_t layer_ = 0;
  std::vector<Channel> channels_;
  std::vector<ChannelOverflow> overflow_;
  std::vector<double> estimates_;
  std::vector<WitnessRun> witnesses_;
};

/// Sorts by the numbers of the cells; channels without one come last in both directions.
class ChannelsOrder : public QSortFilterProxyModel {
  Q_OBJECT
 public:
  explicit ChannelsOrder(ChannelsModel* channels, QObject* parent = nullptr);

  const ChannelsModel& channels() const { return *channels_; }

 protected:
  bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;

 private:
  ChannelsModel* channels_;
};

}  // namespace axescope::ui
