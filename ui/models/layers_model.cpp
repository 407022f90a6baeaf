// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/layers_model.h"

#include <QFileInfo>
#include <QFont>
#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "ui/models/layer_names.h"

namespace axescope::ui {

namespace {

constexpr double percent = 100.0;

QString shareText(double share) {
  return QString::number(percent * share, 'f', 1) + QStringLiteral(" %");
}

QString taskText(Task task) {
  switch (task) {
    case Task::classification:
      return LayersModel::tr("classification");
    case Task::languageModeling:
      return LayersModel::tr("language modelling");
    case Task::none:
      break;
  }
  return {};
}

}  // namespace

LayersModel::LayersModel(AppState* state, QObject* parent)
    : QAbstractItemModel(parent), state_(state), metric_(&layerMetrics().front()) {
  connect(state, &AppState::modelsChanged, this, &LayersModel::takeModels);
  connect(state, &AppState::modelChanged, this, [this] {
    if (!files_.empty()) Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnTotal - 1));
    takePoint();
  });
  connect(&state->selection(), &Selection::pointsChanged, this, &LayersModel::takePoint);
  connect(&state->points(), &PointsModel::modelReset, this, &LayersModel::takePoint);
  takeModels();
}

std::unique_ptr<LayersModel::File> LayersModel::makeFile(const OpenModel& open) {
  auto file = std::make_unique<File>(File{open, 0, {}, {}});
  QStringList names;
  for (const LayerInfo& layer : file->layers()) {
    file->parameters += layer.weights();
    names << QString::fromStdString(layer.name);
  }
  file->prefix = sharedPrefix(names);
  file->measured.resize(file->layers().size());
  return file;
}

// Files that stay keep their rows, so that views keep what is expanded and selected.
void LayersModel::takeModels() {
  const auto& open = state_->models();
  for (int row = static_cast<int>(files_.size()) - 1; row >= 0; --row) {
    const auto& model = files_[static_cast<std::size_t>(row)]->open.model;
    if (std::any_of(open.begin(), open.end(), [&](const OpenModel& other) { return other.model == model; })) continue;
    beginRemoveRows({}, row, row);
    files_.erase(files_.begin() + row);
    endRemoveRows();
  }
  for (std::size_t row = 0; row < open.size(); ++row) {
    if (row < files_.size() && files_[row]->open.model == open[row].model) continue;
    beginInsertRows({}, static_cast<int>(row), static_cast<int>(row));
    files_.insert(files_.begin() + static_cast<std::ptrdiff_t>(row), makeFile(open[row]));
    endInsertRows();
  }
  takePoint();
}

void LayersModel::takePoint() {
  const int row = state_->selection().currentPoint();
  const auto& points = state_->points().points();
  const PointResult* point =
      row >= 0 && row < static_cast<int>(points.size()) ? &points[static_cast<std::size_t>(row)] : nullptr;
  const auto owner = state_->modelOfPoints();
  std::unordered_map<std::string, const LayerMeasurement*> byName;
  if (point != nullptr) {
    for (const LayerMeasurement& layer : point->layers) byName.emplace(layer.layer, &layer);
  }
  hasMeasurements_ = false;
  for (const auto& file : files_) {
    for (std::size_t i = 0; i < file->measured.size(); ++i) {
      const auto found = file->open.model == owner ? byName.find(file->layers()[i].name) : byName.end();
      file->measured[i] = found == byName.end() ? std::nullopt : std::optional(*found->second);
      hasMeasurements_ = hasMeasurements_ || file->measured[i].has_value();
    }
  }
  setMetric(metric_);
}

void LayersModel::setMetric(const LayerMetric* metric) {
  metric_ = metric;
  range_.reset();
  for (const auto& file : files_) {
    for (std::size_t i = 0; i < file->layers().size(); ++i) {
      const auto value = barValue(*file, i);
      if (!value) continue;
      range_ = range_ ? Range{std::min(range_->least, *value), std::max(range_->most, *value)} : Range{*value, *value};
    }
  }
  for (const auto& file : files_) {
    const int last = static_cast<int>(file->layers().size()) - 1;
    if (last < 0) continue;
    Q_EMIT dataChanged(createIndex(0, 0, file.get()), createIndex(last, columnTotal - 1, file.get()));
  }
  Q_EMIT headerDataChanged(Qt::Horizontal, barColumn, barColumn);
  Q_EMIT barsChanged();
}

std::optional<double> LayersModel::barValue(const File& file, std::size_t layer) const {
  if (const LayerMetric* metric = shownMetric()) {
    const auto& measured = file.measured[layer];
    const double value = measured ? metric->value(*measured) : NAN;
    return std::isfinite(value) ? std::optional(value) : std::nullopt;
  }
  if (file.parameters == 0) return std::nullopt;
  return static_cast<double>(file.layers()[layer].weights()) / static_cast<double>(file.parameters);
}

QString LayersModel::rangeText(double value) const {
  return shownMetric() != nullptr ? layerMetricText(*shownMetric(), value) : shareText(value);
}

QString LayersModel::barTitle() const {
  return shownMetric() != nullptr ? layerMetricTitle(*shownMetric()) : tr("Share of weights");
}

bool LayersModel::anyWarning() const {
  if (shownMetric() == nullptr) return false;
  return std::any_of(files_.begin(), files_.end(), [](const auto& file) {
    return std::any_of(file->measured.begin(), file->measured.end(),
                       [](const auto& layer) { return layer && !layer->guaranteed; });
  });
}

int LayersModel::fileOf(const QModelIndex& index) const {
  if (!index.isValid()) return -1;
  return index.parent().isValid() ? index.parent().row() : index.row();
}

QModelIndex LayersModel::layerIndex(const QString& name) const {
  const std::string wanted = name.toStdString();
  const auto inFile = [&](int row) -> QModelIndex {
    const auto layer = files_[static_cast<std::size_t>(row)]->open.model->dump().layerIndex(wanted);
    return layer ? index(static_cast<int>(*layer), 0, index(row, 0)) : QModelIndex();
  };
  const int current = state_->currentModel();
  if (current >= 0 && current < rowCount()) {
    if (const QModelIndex found = inFile(current); found.isValid()) return found;
  }
  for (int row = 0; row < rowCount(); ++row) {
    if (const QModelIndex found = inFile(row); found.isValid()) return found;
  }
  return {};
}

QModelIndex LayersModel::index(int row, int column, const QModelIndex& parent) const {
  if (!hasIndex(row, column, parent)) return {};
  return createIndex(row, column, parent.isValid() ? files_[static_cast<std::size_t>(parent.row())].get() : nullptr);
}

QModelIndex LayersModel::parent(const QModelIndex& child) const {
  if (!child.isValid() || child.internalPointer() == nullptr) return {};
  const auto found = std::find_if(files_.begin(), files_.end(),
                                  [&](const auto& file) { return file.get() == child.internalPointer(); });
  return found == files_.end() ? QModelIndex() : createIndex(static_cast<int>(found - files_.begin()), 0, nullptr);
}

int LayersModel::rowCount(const QModelIndex& parent) const {
  if (!parent.isValid()) return static_cast<int>(files_.size());
  if (parent.internalPointer() != nullptr || parent.column() != 0) return 0;
  return static_cast<int>(files_[static_cast<std::size_t>(parent.row())]->layers().size());
}

int LayersModel::columnCount(const QModelIndex&) const {
  return columnTotal;
}

QVariant LayersModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  if (role == Qt::TextAlignmentRole) {
    const bool isText = index.column() == nameColumn || index.column() == kindColumn;
    return QVariant::fromValue<int>((isText ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
  }
  const File& file = *files_[static_cast<std::size_t>(fileOf(index))];
  return index.internalPointer() == nullptr
             ? fileData(file, index.column(), role)
             : layerData(file, static_cast<std::size_t>(index.row()), index.column(), role);
}

QVariant LayersModel::fileData(const File& file, int column, int role) const {
  const Dump& dump = file.open.model->dump();
  const bool isCurrent = state_->model() == file.open.model;
  const QString fileName = QFileInfo(file.open.path).fileName();
  const std::size_t count = file.layers().size();
  const QString layers = count == 1 ? tr("1 layer") : tr("%L1 layers").arg(count);
  if (role == Qt::FontRole && isCurrent) {
    QFont bold;
    bold.setWeight(QFont::DemiBold);
    return bold;
  }
  if (role == summaryRole) return tr("%1 · %L2").arg(layers).arg(file.parameters);
  if (role == Qt::ToolTipRole) {
    QString text = tr("%1\n%2\n%3, %L4 weights")
                       .arg(file.open.path, QString::fromStdString(dump.model()), layers)
                       .arg(file.parameters);
    if (dump.task() != Task::none) text += QStringLiteral(", ") + taskText(dump.task());
    return text + QLatin1Char('\n') +
           (isCurrent ? tr("Studies run on this model.") : tr("Double click to run studies on this model."));
  }
  if (role == Qt::AccessibleTextRole && column == nameColumn) {
    return isCurrent ? tr("%1, %2, current model").arg(fileName, layers) : tr("%1, %2").arg(fileName, layers);
  }
  if (role != Qt::DisplayRole) return {};
  switch (column) {
    case nameColumn:
      return fileName;
    case kindColumn:
      return taskText(dump.task());
    case shapeColumn:
      return layers;
    case parametersColumn:
      return tr("%L1").arg(file.parameters);
    default:
      return {};
  }
}

QVariant LayersModel::layerData(const File& file, std::size_t layer, int column, int role) const {
  const LayerInfo& info = file.layers()[layer];
  if (role == Qt::ToolTipRole) return layerToolTip(file, layer);
  if (role == Qt::AccessibleTextRole && column == barColumn) {
    const auto value = barValue(file, layer);
    return value ? rangeText(*value) : QString();
  }
  if (role == barRole || role == placeRole) {
    const auto value = barValue(file, layer);
    if (!value || !range_) return {};
    if (role == placeRole) {
      return range_->most > range_->least ? (*value - range_->least) / (range_->most - range_->least) : 0.5;
    }
    return range_->most > 0.0 ? std::clamp(*value / range_->most, 0.0, 1.0) : 0.0;
  }
  if (role == warningRole) {
    return shownMetric() != nullptr && file.measured[layer] && !file.measured[layer]->guaranteed;
  }
  if (role != Qt::DisplayRole) return {};
  switch (column) {
    case nameColumn:
      return withoutPrefix(QString::fromStdString(info.name), file.prefix);
    case kindColumn:
      return QString::fromLatin1(name(info.kind));
    case shapeColumn:
      return QStringLiteral("%1×%2").arg(info.k()).arg(info.channels);
    case groupsColumn:
      return QString::number(info.groups());
    case parametersColumn:
      return tr("%L1").arg(info.weights());
    default:
      return {};
  }
}

QString LayersModel::layerToolTip(const File& file, std::size_t layer) const {
  const LayerInfo& info = file.layers()[layer];
  const double share =
      file.parameters > 0 ? static_cast<double>(info.weights()) / static_cast<double>(file.parameters) : 0.0;
  QString text = tr("<b>%1</b><br>%2 · K %3 · C %4 · groups %5<br>%L6 weights, %7 of the model")
                     .arg(QString::fromStdString(info.name).toHtmlEscaped(), QString::fromLatin1(name(info.kind)))
                     .arg(info.k())
                     .arg(info.channels)
                     .arg(info.groups())
                     .arg(info.weights())
                     .arg(shareText(share));
  const auto& measured = file.measured[layer];
  if (!measured) return text;
  for (const LayerMetric& metric : layerMetrics()) {
    text +=
        QStringLiteral("<br>%1: %2").arg(layerMetricTitle(metric), layerMetricText(metric, metric.value(*measured)));
  }
  return text + QStringLiteral("<br>") + (measured->guaranteed ? tr("✓ guaranteed") : tr("○ may overflow"));
}

QVariant LayersModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::ToolTipRole && section == barColumn) return barTitle();
  if (role != Qt::DisplayRole) return {};
  switch (section) {
    case nameColumn:
      return tr("Layer");
    case kindColumn:
      return tr("Kind");
    case shapeColumn:
      return tr("K×C");
    case groupsColumn:
      return tr("Groups");
    case parametersColumn:
      return tr("Weights");
    default:
      return shownMetric() != nullptr ? layerMetricHeading(*shownMetric()) : tr("Share");
  }
}

}  // namespace axescope::ui
