// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/point_titles_model.h"

#include <QFont>
#include <algorithm>
#include <array>

#include "ui/models/points_model.h"
#include "ui/plots/result_chart.h"

namespace axescope::ui {

namespace {

bool isInTitle(std::string_view key) {
  constexpr std::array<std::string_view, 7> keys{"algorithm",  "constraint", "weight_bits", "activation_bits",
                                                 "inner_bits", "outer_bits", "tile"};
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

void PointTitlesModel::setPoints(const std::vector<PointResult>& points, const QList<int>& first) {
  beginResetModel();
  points_ = &points;
  order_.clear();
  std::vector<bool> isFirst(points.size(), false);
  for (const int row : first) {
    if (row < 0 || row >= static_cast<int>(points.size())) continue;
    isFirst[static_cast<std::size_t>(row)] = true;
    order_ << row;
  }
  firstCount_ = order_.size();
  for (std::size_t row = 0; row < points.size(); ++row) {
    if (!isFirst[row]) order_ << static_cast<int>(row);
  }
  telling_.clear();
  for (const SettingInfo& info : settingSchema()) {
    if (isInTitle(info.key) || points.empty()) continue;
    const SettingValue value = info.get(points.front().settings);
    const bool differs = std::any_of(points.begin(), points.end(),
                                     [&](const PointResult& point) { return info.get(point.settings) != value; });
    if (differs) telling_.push_back(&info);
  }
  endResetModel();
}

int PointTitlesModel::rowOf(int point) const {
  return static_cast<int>(order_.indexOf(point));
}

int PointTitlesModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(order_.size());
}

QString PointTitlesModel::title(const PointResult& point) const {
  QString text = pointTitle(point.settings);
  for (const SettingInfo* info : telling_) {
    text +=
        QStringLiteral(" · %1 %2").arg(fromView(info->key), QString::fromStdString(toText(info->get(point.settings))));
  }
  return text;
}

QVariant PointTitlesModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const int point = order_[index.row()];
  if (point >= static_cast<int>(points_->size())) return {};  // replaced by fewer; the next setPoints() is on its way
  const PointResult& result = (*points_)[static_cast<std::size_t>(point)];
  switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole:
      return title(result);
    case Qt::ToolTipRole:
      return pointDescription(result);
    case Qt::FontRole:
      if (index.row() < firstCount_) {
        QFont bold;
        bold.setWeight(QFont::DemiBold);
        return bold;
      }
      return {};
    case pointRole:
      return point;
    default:
      return {};
  }
}

}  // namespace axescope::ui
