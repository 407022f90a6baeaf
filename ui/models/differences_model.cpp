// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/differences_model.h"

#include "ui/models/points_model.h"
#include "ui/models/signed_text.h"
#include "ui/plots/result_chart.h"

namespace axescope::ui {

namespace {

constexpr double percent = 100.0;

// Derived from another column that is shown already.
bool repeatsAnother(const ResultColumn& column) {
  return !column.isSetting && column.restore == nullptr;
}

}  // namespace

void DifferencesModel::setPoints(const std::optional<PointResult>& a, const std::optional<PointResult>& b) {
  a_ = a;
  b_ = b;
  rebuild();
}

void DifferencesModel::setEqualShown(bool shown) {
  equalShown_ = shown;
  rebuild();
}

void DifferencesModel::rebuild() {
  beginResetModel();
  rows_.clear();
  differences_ = 0;
  if (a_ && b_) {
    for (const ResultColumn& column : resultColumns()) {
      if (repeatsAnother(column)) continue;
      const Cell a = column.get(*a_);
      const Cell b = column.get(*b_);
      if (!a && !b) continue;
      if (a != b) ++differences_;
      if (a != b || equalShown_) rows_.push_back(&column);
    }
  }
  endResetModel();
}

int DifferencesModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : static_cast<int>(rows_.size());
}

int DifferencesModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : columnTotal;
}

QString DifferencesModel::difference(const ResultColumn& column) const {
  const Cell a = column.get(*a_);
  const Cell b = column.get(*b_);
  const bool named = (a && std::holds_alternative<std::string>(*a)) || (b && std::holds_alternative<std::string>(*b));
  const auto numberA = numericValue(column, *a_);
  const auto numberB = numericValue(column, *b_);
  if (named || !numberA || !numberB || column.name == "guaranteed") return {};
  const double value = *numberB - *numberA;
  return isShare(column) ? tr("%1 pp").arg(signedText(percent * value, 'f', 2)) : signedText(value, 'g', 4);
}

int DifferencesModel::better(const ResultColumn& column) const {
  const auto a = numericValue(column, *a_);
  const auto b = numericValue(column, *b_);
  if (!a || !b || *a == *b || column.direction == Direction::none) return 0;
  return (*b > *a) == (column.direction == Direction::higherIsBetter) ? 1 : -1;
}

QVariant DifferencesModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid()) return {};
  const ResultColumn& column = *rows_[static_cast<std::size_t>(index.row())];
  if (role == betterRole) return better(column);
  if (role == Qt::TextAlignmentRole) {
    return QVariant::fromValue<int>((index.column() == whatColumn ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
  }
  if (role == Qt::ToolTipRole) {
    return column.setting != nullptr ? fromView(column.setting->help) : fromView(column.name);
  }
  if (role != Qt::DisplayRole) return {};
  switch (index.column()) {
    case whatColumn:
      return columnTitle(column);
    case aColumn:
      return displayText(column, *a_);
    case bColumn:
      return displayText(column, *b_);
    default:
      return difference(column);
  }
}

QVariant DifferencesModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal) return {};
  if (role == Qt::TextAlignmentRole) {
    return QVariant::fromValue<int>((section == whatColumn ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
  }
  if (role != Qt::DisplayRole) return {};
  switch (section) {
    case whatColumn:
      return tr("Setting or measurement");
    case aColumn:
      return tr("A");
    case bColumn:
      return tr("B");
    default:
      return tr("B − A");
  }
}

}  // namespace axescope::ui
