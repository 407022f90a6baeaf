// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/points_columns.h"

#include <QHeaderView>
#include <algorithm>

#include "ui/plots/result_chart.h"

namespace axescope::ui {

namespace {

constexpr int rowsMeasured = 60;  // for the width of a column
constexpr int leastWidth = 52;
constexpr int mostWidth = 260;

// What a point is and what it scored. Other settings join them where they differ among the points.
constexpr std::string_view fewColumns[] = {
    "algorithm", "constraint", "inner_bits",    "tile",           "accuracy",        "perplexity", "error",
    "sqnr_db",   "guaranteed", "overflow_rate", "max_budget_use", "outer_bits_used", "failure"};

bool isEmptyText(const SettingValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr && text->empty();
}

}  // namespace

PointsColumns::PointsColumns(QTableView* view, const PointsModel* points, Start start)
    : QObject(view),
      view_(view),
      points_(points),
      start_(start),
      hasValue_(static_cast<std::size_t>(points->columnCount()), false),
      varies_(hasValue_) {
  view_->horizontalHeader()->setResizeContentsPrecision(rowsMeasured);
  connect(points, &PointsModel::modelReset, this, [this] {
    lookedAt_ = 0;
    widthsFit_ = false;
    hasValue_.assign(hasValue_.size(), false);
    varies_.assign(varies_.size(), false);
  });
  connect(points, &PointsModel::pointsChanged, this, [this] {
    lookForValues();
    apply();
  });
  lookForValues();
  apply();
}

void PointsColumns::lookForValues() {
  const auto& points = points_->points();
  const auto columns = resultColumns();
  for (std::size_t column = 0; column < columns.size(); ++column) {
    for (std::size_t row = lookedAt_; row < points.size() && !hasValue_[column]; ++row) {
      const Cell cell = columns[column].get(points[row]);
      hasValue_[column] = cell && !isEmptyText(*cell);
    }
    const SettingInfo* setting = columns[column].setting;
    if (setting == nullptr || points.empty()) continue;
    const SettingValue first = setting->get(points.front().settings);
    for (std::size_t row = lookedAt_; row < points.size() && !varies_[column]; ++row) {
      varies_[column] = setting->get(points[row].settings) != first;
    }
  }
  lookedAt_ = points.size();
}

bool PointsColumns::wanted(int column) const {
  if (const auto choice = chosen_.find(column); choice != chosen_.end()) return choice->second;
  const std::string_view name = resultColumns()[static_cast<std::size_t>(column)].name;
  const auto number = static_cast<std::size_t>(column);
  const bool listed =
      start_ == Start::all || std::find(std::begin(fewColumns), std::end(fewColumns), name) != std::end(fewColumns);
  return hasValue_[number] && (listed || varies_[number]);
}

void PointsColumns::apply() {
  bool anyChanged = false;
  QList<int> appeared;
  for (int column = 0; column < points_->columnCount(); ++column) {
    const bool hidden = !wanted(column);
    if (view_->isColumnHidden(column) == hidden) continue;
    anyChanged = true;
    view_->setColumnHidden(column, hidden);
    if (!hidden) appeared << column;
  }
  // Those that come later, with a first failure or a setting that differs, are no wider than what is in them either.
  if (widthsFit_) {
    for (const int column : appeared) fitWidth(column);
  }
  fitWidths();
  if (anyChanged) Q_EMIT changed();
}

void PointsColumns::fitWidths() {
  if (widthsFit_ || points_->rowCount() == 0) return;
  widthsFit_ = true;
  for (const int column : shown()) fitWidth(column);
}

void PointsColumns::fitWidth(int column) {
  view_->resizeColumnToContents(column);
  view_->setColumnWidth(column, std::clamp(view_->columnWidth(column), leastWidth, mostWidth));
}

QList<int> PointsColumns::shown() const {
  QList<int> columns;
  const QHeaderView* header = view_->horizontalHeader();
  for (int place = 0; place < header->count(); ++place) {
    const int column = header->logicalIndex(place);
    if (!header->isSectionHidden(column)) columns << column;
  }
  return columns;
}

void PointsColumns::setShown(int column, bool shown) {
  chosen_[column] = shown;
  apply();
}

void PointsColumns::fill(QMenu* menu) {
  menu->setToolTipsVisible(true);
  bool inSettings = false;
  for (int column = 0; column < points_->columnCount(); ++column) {
    const ResultColumn& info = resultColumns()[static_cast<std::size_t>(column)];
    if (info.isSetting != inSettings) {
      menu->addSection(info.isSetting ? tr("Settings") : tr("Measured"));
      inSettings = info.isSetting;
    }
    QAction* action = menu->addAction(columnTitle(info));
    action->setToolTip(fromView(info.name));
    action->setCheckable(true);
    action->setChecked(!view_->isColumnHidden(column));
    connect(action, &QAction::toggled, this, [this, column](bool on) { setShown(column, on); });
  }
  menu->addSeparator();
  connect(menu->addAction(tr("Back to the usual columns")), &QAction::triggered, this, [this] {
    chosen_.clear();
    widthsFit_ = false;
    apply();
  });
}

}  // namespace axescope::ui
