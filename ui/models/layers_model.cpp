// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/layers_model.h"

#include <algorithm>
#include <utility>

namespace axescope::ui {

void LayersModel::setModel(std::shared_ptr<const Model> model) {
  beginResetModel();
  model_ = std::move(model);
  point_.reset();
  endResetModel();
}

void LayersModel::setPoint(const std::optional<PointResult>& point) {
  point_ = point;
  if (rowCount() > 0) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnTotal - 1));
}

void LayersModel::setColourBy(ColourBy colourBy) {
  colourBy_ = colourBy;
  setPoint(point_);
}

int LayersModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() || !model_ ? 0 : static_cast<int>(model_->dump().layers().size());
}

int LayersModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : columnTotal;
}

const LayerMeasurement* LayersModel::measurement(int row) const {
  if (!point_) return nullptr;
  const std::string& name = model_->dump().layers()[static_cast<std::size_t>(row)].name;
  const auto found = std::find_if(point_->layers.begin(), point_->layers.end(),
                                  [&](const LayerMeasurement& layer) { return layer.layer == name; });
  return found == point_->layers.end() ? nullptr : &*found;
}

double LayersModel::barShare(int row) const {
  if (const LayerMeasurement* measured = measurement(row)) {
    return std::clamp(colourBy_ == ColourBy::error ? measured->error : measured->maxBudgetUse, 0.0, 1.0);
  }
  const auto& layers = model_->dump().layers();
  std::int64_t most = 1;
  for (const LayerInfo& layer : layers) most = std::max(most, layer.weights());
  return static_cast<double>(layers[static_cast<std::size_t>(row)].weights()) / static_cast<double>(most);
}

QString LayersModel::toolTip(int row) const {
  const LayerInfo& layer = model_->dump().layers()[static_cast<std::size_t>(row)];
  QString text = tr("%1\n%2, C = %3, K = %4, groups = %5, %L6 weights")
                     .arg(QString::fromStdString(layer.name), QString::fromLatin1(name(layer.kind)))
                     .arg(layer.channels)
                     .arg(layer.k())
                     .arg(layer.groups())
                     .arg(layer.weights());
  if (const LayerMeasurement* measured = measurement(row)) {
    text += tr("\nerror %1, budget used %2 %, %3")
                .arg(measured->error, 0, 'g', 3)
                .arg(100.0 * measured->maxBudgetUse, 0, 'f', 0)
                .arg(measured->guaranteed ? tr("guaranteed") : tr("may overflow"));
  }
  return text;
}

QVariant LayersModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || !model_) return {};
  const LayerInfo& layer = model_->dump().layers()[static_cast<std::size_t>(index.row())];
  if (role == Qt::ToolTipRole) return toolTip(index.row());
  if (role == Qt::DisplayRole && index.column() == nameColumn) return QString::fromStdString(layer.name);
  if (role == Qt::DisplayRole && index.column() == shapeColumn) {
    return QStringLiteral("%1×%2").arg(layer.k()).arg(layer.channels);
  }
  if (role == Qt::TextAlignmentRole && index.column() == shapeColumn) {
    return QVariant::fromValue<int>(Qt::AlignRight | Qt::AlignVCenter);
  }
  if (role == barRole) return barShare(index.row());
  if (role == warningRole) {
    const LayerMeasurement* measured = measurement(index.row());
    return measured != nullptr && !measured->guaranteed;
  }
  return {};
}

QVariant LayersModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || role != Qt::DisplayRole) return {};
  switch (section) {
    case nameColumn:
      return tr("Layer");
    case shapeColumn:
      return tr("K × C");
    default:
      return point_ ? (colourBy_ == ColourBy::error ? tr("Error") : tr("Budget")) : tr("Weights");
  }
}

}  // namespace axescope::ui
