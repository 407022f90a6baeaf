// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/bounds_model.h"

#include <QLocale>
#include <utility>

#include "ui/models/layer_names.h"

namespace axescope::ui {

std::vector<LayerBounds> layerBounds(const Inspection& inspection, std::int64_t tileSize, const std::stop_token& stop) {
  std::vector<LayerBounds> bounds;
  for (const QuantizedFileLayer& layer : inspection.layers()) {
    if (stop.stop_requested()) break;
    const Certificate certificate(layer.codes, Tiling::of(layer.codes.cols(), tileSize), layer.input.range(),
                                  mostAccumulatorBits, 0);
    // What the outer accumulator must hold does not depend on the tiles; multipliers are of the layer's own.
    const ChannelUnitCodes units(layer.codes, layer.groupScale);
    const Certificate whole(units.codes(), certificate.tiling(), layer.input.range(), mostAccumulatorBits, 0);
    bounds.push_back({widthBounds(certificate, layer.weights(), layer.input.bits, hasSignedCodes(layer.input.encoding)),
                      whole.smallestOuterBits(), certificate.tiling().tiles()});
  }
  return bounds;
}

void BoundsModel::setBounds(std::shared_ptr<const Inspection> inspection, std::vector<LayerBounds> bounds) {
  beginResetModel();
  inspection_ = std::move(inspection);
  rows_ = std::move(bounds);
  QStringList names;
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    names << QString::fromStdString(inspection_->layers()[row].info.name);
  }
  prefix_ = sharedPrefix(names);
  endResetModel();
}

int BoundsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int BoundsModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : columnTotal;
}

QVariant BoundsModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const LayerInfo& info = inspection_->layers()[static_cast<std::size_t>(index.row())].info;
  const LayerBounds& row = rows_[static_cast<std::size_t>(index.row())];
  const bool isText = index.column() == nameColumn || index.column() == kindColumn;
  if (role == Qt::TextAlignmentRole) {
    return QVariant::fromValue<int>(Qt::AlignVCenter | (isText ? Qt::AlignLeft : Qt::AlignRight));
  }
  const QString fullName = QString::fromStdString(info.name);
  if (role == fullNameRole || (role == Qt::ToolTipRole && index.column() == nameColumn)) return fullName;
  if (role != Qt::DisplayRole) return {};
  switch (index.column()) {
    case nameColumn:
      return withoutPrefix(fullName, prefix_);
    case kindColumn:
      return QString::fromLatin1(name(info.kind));
    case channelsColumn:
      return QLocale().toString(qlonglong{info.channels});
    case kColumn:
      return QLocale().toString(qlonglong{info.k()});
    case groupsColumn:
      return QLocale().toString(qlonglong{info.groups()});
    case tilesColumn:
      return QLocale().toString(qlonglong{row.tiles});
    case dataTypeColumn:
      return row.inner.dataType;
    case a2qColumn:
      return row.inner.a2q;
    case a2qPlusColumn:
      return row.inner.a2qPlus;
    case exactColumn:
      return row.inner.exact;
    case outerColumn:
      return row.outer;
    default:
      return {};
  }
}

QVariant BoundsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  struct Header {
    QString title;
    QString help;
  };
  const Header headers[columnTotal] = {
      {tr("Layer"), {}},
      {tr("Kind"), {}},
      {tr("C"), tr("Output channels")},
      {tr("K"), tr("Length of a dot product")},
      {tr("Groups"), {}},
      {tr("Tiles"), tr("Inner accumulators of a dot product")},
      {tr("Data type"), tr("Inner width that is safe for any codes of these bits (arXiv 2308.13504)")},
      {tr("A2Q"), tr("Inner width for the largest ℓ₁ norm of a tile (arXiv 2308.13504)")},
      {tr("A2Q+"), tr("The same for zero-centred codes (arXiv 2401.10432)")},
      {tr("Exact"), tr("Inner width that no input can overflow, for these codes")},
      {tr("Outer"), tr("Exact outer width: no input can overflow it")}};
  if (role == Qt::DisplayRole) return headers[section].title;
  if (role == Qt::ToolTipRole) return headers[section].help;
  if (role == Qt::TextAlignmentRole) {
    const bool isText = section == nameColumn || section == kindColumn;
    return QVariant::fromValue<int>(Qt::AlignVCenter | (isText ? Qt::AlignLeft : Qt::AlignRight));
  }
  return {};
}

}  // namespace axescope::ui
