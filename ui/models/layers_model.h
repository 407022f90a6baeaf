// SPDX-License-Identifier: GPL-3.0-or-later
// The open models and their layers; each layer has a bar for its share of the parameters or for what the selected
// point measured on it.
#pragma once

#include <QAbstractItemModel>
#include <memory>
#include <optional>
#include <vector>

#include "ui/models/layer_metric.h"
#include "ui/state/app_state.h"

namespace axescope::ui {

class LayersModel : public QAbstractItemModel {
  Q_OBJECT
 public:
  enum Column { nameColumn, kindColumn, shapeColumn, groupsColumn, parametersColumn, barColumn, columnTotal };
  /// Length of the bar, 0–1; invalid without a bar.
  static constexpr int barRole = Qt::UserRole;
  /// Place of the value between the least and the most shown, 0–1.
  static constexpr int placeRole = Qt::UserRole + 1;
  /// The selected point does not guarantee this layer.
  static constexpr int warningRole = Qt::UserRole + 2;
  /// Of a file: "4 layers · 12,346".
  static constexpr int summaryRole = Qt::UserRole + 3;

  /// Least and most of what the bars show.
  struct Range {
    double least = 0.0;
    double most = 0.0;
  };

  explicit LayersModel(AppState* state, QObject* parent = nullptr);

  /// What the bars show; null for the parameters' share, which also stands in while no measured point is selected.
  void setMetric(const LayerMetric* metric);
  /// What they show now.
  const LayerMetric* shownMetric() const { return hasMeasurements_ ? metric_ : nullptr; }
  std::optional<Range> range() const { return range_; }
  QString barTitle() const;
  QString rangeText(double value) const;
  bool anyWarning() const;

  bool isFile(const QModelIndex& index) const { return index.isValid() && !index.parent().isValid(); }
  /// Number of the open model that a row belongs to; −1 for none.
  int fileOf(const QModelIndex& index) const;
  /// A layer by its name, in the current model first; invalid when no open model has it.
  QModelIndex layerIndex(const QString& name) const;

  QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
  QModelIndex parent(const QModelIndex& child) const override;
  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;

 Q_SIGNALS:
  /// What the bars show, or its range.
  void barsChanged();

 private:
  struct File {
    OpenModel open;
    std::int64_t parameters = 0;
    QString prefix;  // what all numbered layers' names begin with: left out where they are listed
    std::vector<std::optional<LayerMeasurement>> measured;  // of each layer, by the selected point

    const std::vector<LayerInfo>& layers() const { return open.model->dump().layers(); }
  };

  static std::unique_ptr<File> makeFile(const OpenModel& open);
  void takeModels();
  void takePoint();
  std::optional<double> barValue(const File& file, std::size_t layer) const;
  QVariant fileData(const File& file, int column, int role) const;
  QVariant layerData(const File& file, std::size_t layer, int column, int role) const;
  QString layerToolTip(const File& file, std::size_t layer) const;

  AppState* state_;
  std::vector<std::unique_ptr<File>> files_;  // their addresses identify the parents of layers
  const LayerMetric* metric_;
  bool hasMeasurements_ = false;
  std::optional<Range> range_;
};

}  // namespace axescope::ui
