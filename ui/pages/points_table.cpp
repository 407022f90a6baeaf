// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/points_table.h"

#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <QScopedValueRollback>
#include <QScrollBar>
#include <QStyle>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/points_tsv.h"
#include "ui/pages/row_table.h"
#include "ui/pages/table_delegates.h"

namespace axescope::ui {

namespace {

constexpr int typingPause = 120;  // milliseconds
constexpr int filterWidth = 320;

}  // namespace

PointsTable::PointsTable(AppState* state, PointsColumns::Start columns, QWidget* parent)
    : QWidget(parent),
      state_(state),
      filter_(new PointsFilter(&state->points(), this)),
      view_(new QTableView),
      top_(new QHBoxLayout),
      count_(new QLabel),
      problem_(new QLabel),
      filterText_(new QLineEdit) {
  makeView();
  columns_ = new PointsColumns(view_, &state->points(), columns);
  makeActions();
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(makeTopRow());
  layout->addWidget(problem_);
  layout->addWidget(view_, 1);

  connect(columns_, &PointsColumns::changed, this, [this] { filter_->setShownColumns(columns_->shown()); });
  filter_->setShownColumns(columns_->shown());
  connect(&state->points(), &PointsModel::pointsChanged, this, &PointsTable::showCount);
  connect(state, &AppState::themeChanged, view_->viewport(), qOverload<>(&QWidget::update));
  connect(view_->selectionModel(), &QItemSelectionModel::selectionChanged, this, &PointsTable::takeSelection);
  connect(&state->selection(), &Selection::pointsChanged, this, &PointsTable::showSelection);
  showCount();
  showSelection();
}

void PointsTable::makeView() {
  view_->setObjectName(QStringLiteral("points"));
  showAsRows(view_, tr("Points"));
  view_->setModel(filter_);
  view_->setItemDelegate(new PointsDelegate(state_, view_));
  QHeaderView* header = view_->horizontalHeader();
  header->setSectionsMovable(true);
  header->setSortIndicatorClearable(true);
  view_->setSortingEnabled(true);
  view_->sortByColumn(-1, Qt::AscendingOrder);
}

void PointsTable::makeActions() {
  auto* copyAction = new QAction(tr("&Copy"), view_);
  copyAction->setShortcut(QKeySequence::Copy);
  copyAction->setShortcutContext(Qt::WidgetShortcut);
  connect(copyAction, &QAction::triggered, this, &PointsTable::copy);
  auto* copyAllAction = new QAction(tr("Copy &all"), view_);
  connect(copyAllAction, &QAction::triggered, this, &PointsTable::copyAll);
  view_->addActions({copyAction, copyAllAction});
  view_->setContextMenuPolicy(Qt::ActionsContextMenu);

  auto* find = new QAction(this);
  find->setShortcut(QKeySequence::Find);
  find->setShortcutContext(Qt::WidgetWithChildrenShortcut);
  connect(find, &QAction::triggered, filterText_, qOverload<>(&QWidget::setFocus));
  addAction(find);

  QHeaderView* header = view_->horizontalHeader();
  header->setContextMenuPolicy(Qt::CustomContextMenu);
  connect(header, &QWidget::customContextMenuRequested, this, [this, header](QPoint at) {
    QMenu menu(this);
    columns_->fill(&menu);
    menu.exec(header->mapToGlobal(at));
  });
}

QLayout* PointsTable::makeTopRow() {
  auto* heading = new QLabel(tr("Points"));
  heading->setProperty("heading", true);
  count_->setProperty("muted", true);
  problem_->setProperty("error", true);
  problem_->setContentsMargins(14, 0, 14, 4);
  problem_->setAlignment(Qt::AlignRight);
  problem_->hide();
  filterText_->setPlaceholderText(tr("Filter: axe inner_bits<=16 accuracy>0.9"));
  filterText_->setToolTip(
      tr("<p>All terms must match:</p><p><b>axe</b> — text in any shown cell<br><b>inner_bits&lt;=16</b>, "
         "<b>P_I=13</b>, <b>accuracy&gt;90%</b>, <b>tile=full</b>, <b>guaranteed=1</b> — a column of the results "
         "file against a value (= != &lt; &lt;= &gt; &gt;=)<br><b>\"may overflow\"</b> — text with blanks</p>"));
  filterText_->setAccessibleName(tr("Filter the points"));
  filterText_->setClearButtonEnabled(true);
  filterText_->setFixedWidth(filterWidth);
  typing_.setSingleShot(true);
  typing_.setInterval(typingPause);
  connect(filterText_, &QLineEdit::textChanged, &typing_, qOverload<>(&QTimer::start));
  connect(filterText_, &QLineEdit::returnPressed, this, &PointsTable::applyFilter);
  connect(&typing_, &QTimer::timeout, this, &PointsTable::applyFilter);

  top_->setContentsMargins(14, 8, 14, 6);
  top_->setSpacing(8);
  top_->addWidget(heading);
  top_->addWidget(count_);
  top_->addStretch();
  top_->addWidget(filterText_);
  return top_;
}

void PointsTable::addButton(QWidget* button) {
  top_->addWidget(button);
}

void PointsTable::setFilter(const QString& text) {
  filterText_->setText(text);
  applyFilter();
}

void PointsTable::applyFilter() {
  typing_.stop();
  {
    // Points that are filtered out stay selected for the other pages.
    const QScopedValueRollback guard(taking_, true);
    filter_->setFilter(filterText_->text());
  }
  const QString& problem = filter_->problem();
  problem_->setText(problem);
  problem_->setVisible(!problem.isEmpty());
  filterText_->setProperty("invalid", !problem.isEmpty());
  filterText_->style()->unpolish(filterText_);
  filterText_->style()->polish(filterText_);
  showCount();
  showSelection();
  if (selectedPoints().isEmpty()) view_->scrollToTop();
}

void PointsTable::showCount() {
  const int all = state_->points().rowCount();
  const int shown = filter_->rowCount();
  count_->setText(shown == all ? tr("%L1").arg(all) : tr("%L1 · %L2 shown").arg(all).arg(shown));
  count_->setVisible(all > 0);
}

QList<int> PointsTable::selectedPoints() const {
  QList<int> rows;
  for (const QItemSelectionRange& range : view_->selectionModel()->selection()) {
    for (int row = range.top(); row <= range.bottom(); ++row) rows << row;
  }
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  for (int& row : rows) row = filter_->pointAt(row);
  return rows;
}

void PointsTable::takeSelection() {
  if (taking_) return;
  const QScopedValueRollback guard(taking_, true);
  QList<int> points = selectedPoints();
  // The row the user is on comes first: it is the current point of the other pages.
  const int current = filter_->pointAt(view_->currentIndex().row());
  if (const auto at = points.indexOf(current); at > 0) points.move(at, 0);
  state_->selection().setPoints(points);
}

void PointsTable::showSelection() {
  if (taking_) return;
  const QScopedValueRollback guard(taking_, true);
  QList<int> rows;
  for (const int point : state_->selection().points()) {
    if (const int row = filter_->rowOf(point); row >= 0) rows << row;
  }
  const int current = rows.isEmpty() ? -1 : rows.first();
  std::sort(rows.begin(), rows.end());
  // Whole ranges: a selection of a hundred thousand single rows would take minutes.
  QItemSelection wanted;
  for (qsizetype first = 0; first < rows.size();) {
    qsizetype last = first;
    while (last + 1 < rows.size() && rows[last + 1] == rows[last] + 1) ++last;
    wanted.append(
        QItemSelectionRange(filter_->index(rows[first], 0), filter_->index(rows[last], filter_->columnCount() - 1)));
    first = last + 1;
  }
  view_->selectionModel()->select(wanted, QItemSelectionModel::ClearAndSelect);
  if (current < 0) return;
  const QModelIndex index = filter_->index(current, columns_->shown().value(0));
  view_->selectionModel()->setCurrentIndex(index, QItemSelectionModel::NoUpdate);
  const int scrolled = view_->horizontalScrollBar()->value();
  view_->scrollTo(index);
  view_->horizontalScrollBar()->setValue(scrolled);
}

std::vector<PointResult> PointsTable::shownPoints() const {
  std::vector<PointResult> points;
  for (const int point : filter_->shownPoints()) {
    points.push_back(state_->points().points()[static_cast<std::size_t>(point)]);
  }
  return points;
}

void PointsTable::copy() const {
  const QList<int> selected = selectedPoints();
  if (selected.isEmpty()) {
    copyAll();
  } else {
    QGuiApplication::clipboard()->setText(pointsTsv(state_->points().points(), selected, columns_->shown()));
  }
}

void PointsTable::copyAll() const {
  QGuiApplication::clipboard()->setText(
      pointsTsv(state_->points().points(), filter_->shownPoints(), columns_->shown()));
}

}  // namespace axescope::ui
