// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/row_table.h"

#include "ui/pages/symbol_header.h"

namespace axescope::ui {

namespace {

constexpr int rowHeight = 27;

}  // namespace

void showAsRows(QTableView* view, const QString& name) {
  view->setAccessibleName(name);
  view->setHorizontalHeader(new SymbolHeader(Qt::Horizontal, view));
  view->horizontalHeader()->setHighlightSections(false);
  view->horizontalHeader()->setSectionsClickable(true);
  view->setSelectionBehavior(QAbstractItemView::SelectRows);
  view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  view->setShowGrid(false);
  view->setWordWrap(false);
  view->setTabKeyNavigation(false);
  view->verticalHeader()->hide();
  // One height for all, or the view asks every row for its own.
  view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  view->verticalHeader()->setDefaultSectionSize(rowHeight);
}

}  // namespace axescope::ui
