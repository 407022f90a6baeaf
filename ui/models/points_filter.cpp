// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/models/points_filter.h"

#include "ui/plots/result_chart.h"
#include "ui/plots/symbol_text.h"

namespace axescope::ui {

namespace {

const ResultColumn& columnAt(int section) {
  return resultColumns()[static_cast<std::size_t>(section)];
}

// Numbers by size, then names such as "full" by the alphabet.
bool isBefore(const SettingValue& a, const SettingValue& b) {
  const auto number = [](const SettingValue& value) -> std::optional<double> {
    if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
    if (const auto* real = std::get_if<double>(&value)) return *real;
    return std::nullopt;
  };
  const auto numberA = number(a);
  const auto numberB = number(b);
  if (numberA && numberB) return *numberA < *numberB;
  if (numberA || numberB) return numberA.has_value();
  return std::get<std::string>(a) < std::get<std::string>(b);
}

QString heading(const ResultColumn& column) {
  if (column.name == "weight_bits") return PointsFilter::tr("W bits");
  if (column.name == "activation_bits") return PointsFilter::tr("A bits");
  if (column.name == "outer_bits_used") return PointsFilter::tr("P_O used");
  if (column.name == "error") return PointsFilter::tr("Error");
  if (column.name == "max_budget_use") return PointsFilter::tr("Budget use");
  if (column.name == "weight_scale") return fromView(column.title);
  const bool symbol = column.setting != nullptr && !column.setting->symbol.empty();
  return fromView(symbol ? column.setting->symbol : column.title);
}

// Numbers to the right. Whether a point is guaranteed is a number only in files.
int alignment(const ResultColumn& column) {
  const bool numeric = column.kind == SettingKind::integer || column.kind == SettingKind::real;
  return (numeric && column.name != "guaranteed" ? Qt::AlignRight : Qt::AlignLeft) | Qt::AlignVCenter;
}

}  // namespace

PointsFilter::PointsFilter(PointsModel* points, QObject* parent) : QSortFilterProxyModel(parent), points_(points) {
  setSourceModel(points);
}

void PointsFilter::setFilter(const QString& text) {
  query_ = PointQuery::parse(text);
  invalidate();  // all at once; invalidateFilter() takes scattered rows out one by one, seconds in a long sorted table
}

void PointsFilter::setShownColumns(const QList<int>& columns) {
  if (columns == shownColumns_) return;
  shownColumns_ = columns;
  if (!query_.empty()) invalidateFilter();
}

QList<int> PointsFilter::shownPoints() const {
  QList<int> shown;
  shown.reserve(rowCount());
  for (int row = 0; row < rowCount(); ++row) shown << pointAt(row);
  return shown;
}

QVariant PointsFilter::data(const QModelIndex& index, int role) const {
  if (role == Qt::TextAlignmentRole && index.isValid()) return alignment(columnAt(index.column()));
  return QSortFilterProxyModel::data(index, role);
}

QVariant PointsFilter::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation == Qt::Vertical) return QSortFilterProxyModel::headerData(section, orientation, role);
  const ResultColumn& column = columnAt(section);
  switch (role) {
    case Qt::DisplayRole:
      return heading(column);
    case Qt::TextAlignmentRole:
      return alignment(column);
    case Qt::ToolTipRole: {
      const QString help = column.setting != nullptr ? fromView(column.setting->help) : QString();
      return QStringLiteral("<p><b>%1</b> · %2</p><p>%3</p>")
          .arg(symbolHtml(columnTitle(column)), fromView(column.name), help.toHtmlEscaped());
    }
    default:
      return {};
  }
}

bool PointsFilter::filterAcceptsRow(int row, const QModelIndex&) const {
  return query_.empty() || query_.matches(points_->points()[static_cast<std::size_t>(row)], shownColumns_);
}

bool PointsFilter::lessThan(const QModelIndex& left, const QModelIndex& right) const {
  const ResultColumn& column = columnAt(left.column());
  const Cell a = column.get(points_->points()[static_cast<std::size_t>(left.row())]);
  const Cell b = column.get(points_->points()[static_cast<std::size_t>(right.row())]);
  if (a && b) return isBefore(*a, *b);
  // Points without a value come last in both directions.
  return sortOrder() == Qt::AscendingOrder ? a && !b : !a && b;
}

}  // namespace axescope::ui
