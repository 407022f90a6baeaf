// SPDX-License-Identifier: GPL-3.0-or-later
// All points with every column that has a value; copies them and writes them as CSV.
#pragma once

#include <QWidget>

#include "ui/pages/points_table.h"

namespace axescope::ui {

class TablePage : public QWidget {
  Q_OBJECT
 public:
  explicit TablePage(AppState* state, QWidget* parent = nullptr);

  PointsTable* table() const { return table_; }
  /// The points shown, all their columns, with provenance. The file is whole or as it was.
  void exportCsv(const QString& path);

 Q_SIGNALS:
  /// For the banner.
  void message(const QString& text, bool error);

 private:
  void chooseFile();

  AppState* state_;
  PointsTable* table_;
};

}  // namespace axescope::ui
