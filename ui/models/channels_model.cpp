// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/channels_model.h"

#include <utility>

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
      return emulateDotProduct(codes, witness(codes, file.input.range(), extreme), datapath, order,
                               file.groupScale.ofTiles(channel));
    };
    runs[static_cast<std::size_t>(channel)] = {run(Extreme::highest), run(Extreme::lowest)};
  }
  return runs;
}

void ChannelsModel::setLayer(std::shared_ptr<const Inspection> inspection, std::size_t layer) {
  beginResetModel();
  inspection_ = std::move(inspection);
  layer_ = layer;
  channels_.clear();
  const std::int64_t count = inspection_ ? inspection_->certificate(layer).channels() : 0;
  channels_.reserve(static_cast<std::size_t>(count));
  for (std::int64_t channel = 0; channel < count; ++channel) {
    const Certificate& certificate = inspection_->certificate(layer);
    const std::int64_t tile = inspection_->fullestTile(layer, channel);
    channels_.push_back({tile, certificate.sums(channel, tile), certificate.use(channel, tile),
                         certificate.headroomBits(channel, tile)});
  }
  overflow_.clear();
  estimates_.clear();
  witnesses_.clear();
  endResetModel();
}

void ChannelsModel::setOverflow(const CodeProduct& product) {
  overflow_ = product.overflow.channels;
  estimates_ = product.estimatedOverflow;
  if (rowCount() > 0) Q_EMIT dataChanged(index(0, overflowColumn), index(rowCount() - 1, firstOverflowColumn));
}

void ChannelsModel::setWitnesses(std::vector<WitnessRun> witnesses) {
  witnesses_ = std::move(witnesses);
  if (rowCount() > 0) Q_EMIT dataChanged(index(0, witnessColumn), index(rowCount() - 1, witnessColumn));
}

int ChannelsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(channels_.size());
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

std::optional<double> ChannelsModel::number(std::int64_t channel, int column) const {
  const auto at = static_cast<std::size_t>(channel);
  const Channel& fullest = channels_[at];
  const auto extremes = [&] { return fullest.sums.extremes(inspection_->certificate(layer_).activations()); };
  const auto of = [](std::int64_t integer) { return static_cast<double>(integer); };
  switch (column) {
    case channelColumn:
      return of(channel);
    case tileColumn:
      return of(fullest.tile);
    case positiveColumn:
      return of(fullest.sums.positive);
    case negativeColumn:
      return of(fullest.sums.negative);
    case l1Column:
      return of(fullest.sums.l1Norm());
    case highestColumn:
      return of(extremes().high);
    case lowestColumn:
      return of(extremes().low);
    case useColumn:
      return fullest.use;
    case headroomColumn:
      return fullest.headroomBits;
    case overflowColumn:
      if (at >= overflow_.size() || overflow_[at].dotProducts == 0) return std::nullopt;
      return of(overflow_[at].overflowed) / of(overflow_[at].dotProducts);
    case estimateColumn:
      if (at >= estimates_.size()) return std::nullopt;
      return estimates_[at];
    case firstOverflowColumn:
      if (at >= overflow_.size() || overflow_[at].firstOverflow < 0) return std::nullopt;
      return of(overflow_[at].firstOverflow);
    case witnessColumn:
      if (at >= witnesses_.size()) return std::nullopt;
      return of(witnesses_[at].highest.exact);
    default:
      return std::nullopt;
  }
}

QString ChannelsModel::text(std::int64_t channel, int column) const {
  const auto shown = number(channel, column);
  if (!shown) return {};
  if (column == witnessColumn) return witnessText(static_cast<std::size_t>(channel));
  // Estimates matter where they are too small to be measured.
  if (column == estimateColumn) return QStringLiteral("%1 %").arg(100.0 * *shown, 0, 'g', 3);
  const bool isShare = column == useColumn || column == overflowColumn;
  return isShare ? QStringLiteral("%1 %").arg(100.0 * *shown, 0, 'f', 1)
                 : QStringLiteral("%L1").arg(static_cast<qlonglong>(*shown));
}

QVariant ChannelsModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || !inspection_) return {};
  const auto channel = static_cast<std::int64_t>(index.row());
  switch (role) {
    case Qt::DisplayRole:
      return text(channel, index.column());
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
      {tr("Estimated"), tr("Dot products whose final sums would leave an inner accumulator, were the sums of those "
                           "samples Gaussian and tiles independent; 0 where proven")},
      {tr("First overflow"), tr("Earliest addition at which one of them overflowed")},
      {tr("Witness"), tr("Lowest and highest dot product reached by the worst inputs there are")}};
  if (role == Qt::DisplayRole) return headers[section].title;
  if (role == Qt::ToolTipRole) return headers[section].help;
  if (role == Qt::TextAlignmentRole) return QVariant::fromValue<int>(Qt::AlignRight | Qt::AlignVCenter);
  return {};
}

ChannelsOrder::ChannelsOrder(ChannelsModel* channels, QObject* parent)
    : QSortFilterProxyModel(parent), channels_(channels) {
  setSourceModel(channels);
}

bool ChannelsOrder::lessThan(const QModelIndex& left, const QModelIndex& right) const {
  const auto a = channels_->number(left.row(), left.column());
  const auto b = channels_->number(right.row(), right.column());
  if (a && b) return *a < *b;
  return sortOrder() == Qt::AscendingOrder ? a && !b : !a && b;
}

}  // namespace axescope::ui
