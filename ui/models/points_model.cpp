// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/points_model.h"

#include <QCoreApplication>
#include <algorithm>
#include <utility>

#include "ui/state/text_view.h"
#include "ui/theme/series_style.h"

namespace axescope::ui {

namespace {

QString translated(const char* text) {
  return QCoreApplication::translate("PointsModel", text);
}

}  // namespace

bool isShare(const ResultColumn& column) {
  constexpr std::string_view shares[] = {"accuracy",       "float_accuracy", "overflow_rate",
                                         "max_budget_use", "sparsity",       "elementwise_share"};
  return std::find(std::begin(shares), std::end(shares), column.name) != std::end(shares);
}

QString displayText(const ResultColumn& column, const PointResult& point) {
  const Cell cell = column.get(point);
  if (!cell) return {};
  if (column.name == "guaranteed") {
    return std::get<std::int64_t>(*cell) != 0 ? QCoreApplication::translate("PointsModel", "✓ guaranteed")
                                              : QCoreApplication::translate("PointsModel", "○ may overflow");
  }
  if (const auto* real = std::get_if<double>(&*cell)) {
    if (isShare(column)) return QString::number(100.0 * *real, 'f', 2) + QStringLiteral(" %");
    if (column.isSetting) return QString::number(*real, 'g', 6);
    return QString::number(*real, 'g', 4);
  }
  return QString::fromStdString(toText(*cell));
}

void PointsModel::append(const std::vector<PointResult>& points) {
  if (points.empty()) return;
  const int first = static_cast<int>(points_.size());
  beginInsertRows({}, first, first + static_cast<int>(points.size()) - 1);
  points_.insert(points_.end(), points.begin(), points.end());
  endInsertRows();
  Q_EMIT pointsChanged();
}

void PointsModel::replace(std::vector<PointResult> points) {
  beginResetModel();
  points_ = std::move(points);
  endResetModel();
  Q_EMIT pointsChanged();
}

void PointsModel::setCustomCosts(const std::vector<std::optional<double>>& costs) {
  const std::size_t count = std::min(costs.size(), points_.size());
  if (count == 0) return;
  for (std::size_t row = 0; row < count; ++row) points_[row].measurement.customCost = costs[row];
  const int column = columnOf("cost_custom");
  Q_EMIT dataChanged(index(0, column), index(static_cast<int>(count) - 1, column));
  Q_EMIT pointsChanged();
}

int PointsModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(points_.size());
}

int PointsModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(resultColumns().size());
}

QVariant PointsModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const PointResult& point = points_[static_cast<std::size_t>(index.row())];
  const ResultColumn& column = resultColumns()[static_cast<std::size_t>(index.column())];
  switch (role) {
    case Qt::DisplayRole:
      return displayText(column, point);
    case Qt::ToolTipRole:
      return point.failed() ? QString::fromStdString(point.failure) : displayText(column, point);
    case Qt::TextAlignmentRole:
      return QVariant::fromValue<int>((column.kind == SettingKind::integer || column.kind == SettingKind::real)
                                          ? Qt::AlignRight | Qt::AlignVCenter
                                          : Qt::AlignLeft | Qt::AlignVCenter);
    case sortRole:
      if (const auto number = numericValue(column, point)) return *number;
      return displayText(column, point);
    default:
      return {};
  }
}

QVariant PointsModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return role == Qt::DisplayRole ? QVariant(section + 1) : QVariant();
  const ResultColumn& column = resultColumns()[static_cast<std::size_t>(section)];
  if (role == Qt::DisplayRole) return fromView(column.title);
  if (role == Qt::ToolTipRole) {
    return column.setting != nullptr ? fromView(column.setting->help) : fromView(column.name);
  }
  return {};
}

int PointsModel::columnOf(std::string_view name) {
  const auto columns = resultColumns();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return static_cast<int>(i);
  }
  return -1;
}

QString pointTitle(const PointSettings& settings) {
  const auto text = [&](const char* key) { return QString::fromStdString(toText(findSetting(key)->get(settings))); };
  return QStringLiteral("%1 · %2 · W%3 A%4 · P_I %5 · P_O %6 · T %7")
      .arg(text("algorithm").toUpper(), constraintFamily(settings), text("weight_bits"), text("activation_bits"),
           text("inner_bits"), text("outer_bits"), text("tile"));
}

QString pointDescription(const PointResult& point) {
  const auto value = [&](const char* name) { return displayText(*findColumn(name), point).toHtmlEscaped(); };
  const auto& settings = point.settings;
  QString text = QStringLiteral("<b>%1 · %2</b><br>W%3 A%4 · P<sub>I</sub> %5 · P<sub>O</sub> %6 · T %7")
                     .arg(value("algorithm").toUpper(), constraintFamily(settings), value("weight_bits"),
                          value("activation_bits"), value("inner_bits"), value("outer_bits_used"), value("tile"));
  const auto add = [&](const char* name, const QString& label) {
    const QString shown = value(name);
    if (!shown.isEmpty()) text += QStringLiteral("<br>%1 %2").arg(label, shown);
  };
  add("accuracy", translated("top-1"));
  add("perplexity", translated("perplexity"));
  add("error", translated("error"));
  add("sqnr_db", translated("SQNR (dB)"));
  add("max_budget_use", translated("budget used"));
  add("overflow_rate", translated("dot products that overflow"));
  return text + QStringLiteral("<br>") + value("guaranteed");
}

QString PointsModel::describe(int row) const {
  return row < 0 || row >= rowCount() ? QString() : pointDescription(points_[static_cast<std::size_t>(row)]);
}

}  // namespace axescope::ui
