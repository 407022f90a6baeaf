// SPDX-License-Identifier: GPL-3.0-or-later
// The points of the study as a table: filter, sorting, columns to choose, the window's selection, copying.
#pragma once

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QTableView>
#include <QTimer>
#include <QWidget>

#include "ui/models/points_filter.h"
#include "ui/pages/points_columns.h"
#include "ui/state/app_state.h"

namespace axescope::ui {

class PointsTable : public QWidget {
  Q_OBJECT
 public:
  explicit PointsTable(AppState* state, PointsColumns::Start columns = PointsColumns::Start::few,
                       QWidget* parent = nullptr);

  QTableView* view() const { return view_; }
  PointsColumns* columns() const { return columns_; }
  /// Filters at once; see PointQuery for what can be said.
  void setFilter(const QString& text);
  /// The points shown, in the order shown.
  std::vector<PointResult> shownPoints() const;
  /// To the right of the filter.
  void addButton(QWidget* button);

  /// The selected rows as tab-separated text on the clipboard; all rows when none is selected.
  void copy() const;
  void copyAll() const;

 private:
  QLayout* makeTopRow();
  void makeView();
  void makeActions();
  void applyFilter();
  void showCount();
  void takeSelection();
  void showSelection();
  QList<int> selectedPoints() const;

  AppState* state_;
  PointsFilter* filter_;
  QTableView* view_;
  PointsColumns* columns_ = nullptr;  // made once the view has its model
  QHBoxLayout* top_;
  QLabel* count_;
  QLabel* problem_;
  QLineEdit* filterText_;
  QTimer typing_;        // a long table is filtered when the typing pauses
  bool taking_ = false;  // the view's selection goes to the state, or comes from it
};

}  // namespace axescope::ui
