// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/channels_model.h"

#include <utility>

#include "core/network/code_product.h"
#include "ui/plots/budget_description.h"

namespace axescope::ui {

std::vector<WitnessRun> runWitnesses(const Inspection& inspection, std::size_t layer, const std::stop_token& stop) {
  const QuantizedFileLayer& file = inspection.layers()[layer];
  const Certificate& certificate = inspection.certificate(layer);
  const Datapath datapath = datapathOf(file);
  const AccumulationOrder order = AccumulationOrder::natural(certificate.tiling());
  std::vector<WitnessRun> runs(static_cast<std::size_t>(certificate.channels()));
  for (std::int64_t channel = 0; channel < certificate.channels() && !stop.stop_requested(); ++channel) {
    const std::span codes(file.codes.row(channel).data(), static_cast<std::size_t>(file.codes.cols()));
    const auto run = [&](Extreme extreme) {
      return emulateDotProduct(codes, witness(codes, file.input.range(), extreme), datapath, order);
    };
    runs[static_cast<std::size_t>(channel)] = {run(Extreme::highest), run(Extreme::lowest)};
  }
  return runs;
}

void ChannelsModel::setLayer(std::shared_ptr<const Inspection> inspection, std::size_t layer) {
  beginResetModel();
  inspection_ = std::move(inspection);
  layer_ = layer;
  overflow_ = {};
  witnesses_.clear();
  endResetModel();
}

void ChannelsModel::setOverflow(OverflowStatistics statistics) {
  overflow_ = std::move(statistics);
  if (rowCount() > 0) Q_EMIT dataChanged(index(0, overflowColumn), index(rowCount() - 1, firstOverflowColumn));
}

void ChannelsModel::setWitnesses(std::vector<WitnessRun> witnesses) {
  witnesses_ = std::move(witnesses);
  if (rowCount() > 0) Q_EMIT dataChanged(index(0, witnessColumn), index(rowCount() - 1, witnessColumn));
}

int ChannelsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() || !inspection_ ? 0 : static_cast<int>(inspection_->certificate(layer_).channels());
}

int ChannelsModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : columnTotal;
}

QString ChannelsModel::witnessText(std::size_t channel) const {
  const auto reached = [](const DotProductTrace& trace) {
    return trace.overflowed() ? tr("%L1 held as %L2").arg(trace.exact).arg(trace.result)
                              : QStringLiteral("%L1").arg(trace.exact);
  };
  return tr("%1 … %2").arg(reached(witnesses_[channel].lowest), reached(witnesses_[channel].highest));
}

QVariant ChannelsModel::value(std::int64_t channel, int column) const {
  const Certificate& certificate = inspection_->certificate(layer_);
  const std::int64_t tile = fullestTile(certificate, channel);
  const TileSums& sums = certificate.sums(channel, tile);
  const auto at = static_cast<std::size_t>(channel);
  switch (column) {
    case channelColumn:
      return qlonglong{channel};
    case tileColumn:
      return qlonglong{tile};
    case positiveColumn:
      return qlonglong{sums.positive};
    case negativeColumn:
      return qlonglong{sums.negative};
    case l1Column:
      return qlonglong{sums.l1Norm()};
    case highestColumn:
      return qlonglong{sums.extremes(certificate.activations()).high};
    case lowestColumn:
      return qlonglong{sums.extremes(certificate.activations()).low};
    case useColumn:
      return certificate.use(channel, tile);
    case headroomColumn:
      return certificate.headroomBits(channel, tile);
    case overflowColumn:
      if (at >= overflow_.channels.size() || overflow_.channels[at].dotProducts == 0) return {};
      return static_cast<double>(overflow_.channels[at].overflowed) /
             static_cast<double>(overflow_.channels[at].dotProducts);
    case firstOverflowColumn:
      if (at >= overflow_.channels.size() || overflow_.channels[at].firstOverflow < 0) return {};
      return qlonglong{overflow_.channels[at].firstOverflow};
    case witnessColumn:
      if (at >= witnesses_.size()) return {};
      return witnessText(at);
    default:
      return {};
  }
}

QVariant ChannelsModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || !inspection_) return {};
  const auto channel = static_cast<std::int64_t>(index.row());
  switch (role) {
    case Qt::DisplayRole: {
      const QVariant shown = value(channel, index.column());
      if (shown.typeId() == QMetaType::Double) return QStringLiteral("%1 %").arg(100.0 * shown.toDouble(), 0, 'f', 1);
      if (shown.typeId() == QMetaType::LongLong) return QStringLiteral("%L1").arg(shown.toLongLong());
      return shown;
    }
    case sortRole:
      return value(channel, index.column());
    case guaranteedRole:
      return inspection_->certificate(layer_).guaranteed(channel);
    case Qt::TextAlignmentRole:
      return QVariant::fromValue<int>(Qt::AlignRight | Qt::AlignVCenter);
    default:
      return {};
  }
}

QVariant ChannelsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  struct Header {
    QString title;
    QString help;
  };
  const Header headers[columnTotal] = {
      {tr("Channel"), tr("Output channel")},
      {tr("Tile"), tr("The tile that uses most of its budget; the other columns are about it")},
      {tr("Σ positive"), tr("Sum of the positive codes, p")},
      {tr("Σ negative"), tr("Sum of the negative codes, n")},
      {tr("ℓ₁ norm"), tr("p − n")},
      {tr("Highest sum"), tr("νp + μn: no partial sum in any order is higher")},
      {tr("Lowest sum"), tr("μp + νn: no partial sum in any order is lower")},
      {tr("Use"), tr("Of the accumulator's range; above 100 % it may overflow")},
      {tr("Headroom"), tr("Bits that the accumulator has more than it needs")},
      {tr("Overflowed"), tr("Dot products that overflowed on the calibration samples kept with the codes")},
      {tr("First overflow"), tr("Earliest addition at which one of them overflowed")},
      {tr("Witness"), tr("Lowest and highest dot product reached by the worst inputs there are")}};
  if (role == Qt::DisplayRole) return headers[section].title;
  if (role == Qt::ToolTipRole) return headers[section].help;
  if (role == Qt::TextAlignmentRole) return QVariant::fromValue<int>(Qt::AlignRight | Qt::AlignVCenter);
  return {};
}

}  // namespace axescope::ui
