// SPDX-License-Identifier: GPL-3.0-or-later
// A box to choose a point from: type any part of its title, or pick it from the list.
#pragma once

#include <QComboBox>

#include "ui/models/point_titles_model.h"

namespace axescope::ui {

class PointChoice : public QComboBox {
  Q_OBJECT
 public:
  explicit PointChoice(QWidget* parent = nullptr);

  /// `points` must stay as they are until the next call; those of `first` come first.
  void setPoints(const std::vector<PointResult>& points, const QList<int>& first, int current);

 Q_SIGNALS:
  void pointChosen(int point);

 protected:
  void focusOutEvent(QFocusEvent* event) override;

 private:
  void showCurrent();

  PointTitlesModel titles_;
};

}  // namespace axescope::ui
