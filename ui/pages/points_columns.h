// SPDX-License-Identifier: GPL-3.0-or-later
// Which columns a table of points shows: a default list and the settings that differ, less those without any value;
// and what the user chose.
#pragma once

#include <QMenu>
#include <QTableView>
#include <map>
#include <vector>

#include "ui/models/points_model.h"

namespace axescope::ui {

class PointsColumns : public QObject {
  Q_OBJECT
 public:
  enum class Start { few, all };

  /// The view's model has the columns of `points`.
  PointsColumns(QTableView* view, const PointsModel* points, Start start);

  /// In the order shown.
  QList<int> shown() const;
  void setShown(int column, bool shown);
  /// All columns to tick, and back to the start. The caller owns the menu.
  void fill(QMenu* menu);

 Q_SIGNALS:
  void changed();

 private:
  void apply();
  void lookForValues();
  bool wanted(int column) const;
  void fitWidths();
  void fitWidth(int column);

  QTableView* view_;
  const PointsModel* points_;
  Start start_;
  std::map<int, bool> chosen_;  // by hand
  std::vector<bool> hasValue_;  // in any of the points looked at
  std::vector<bool> varies_;    // settings, among them
  std::size_t lookedAt_ = 0;    // points appended later cannot take a value away
  bool widthsFit_ = false;      // to the first points; later the widths are the user's
};

}  // namespace axescope::ui
