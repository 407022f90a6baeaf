// SPDX-License-Identifier: GPL-3.0-or-later
// Cells of tables: thin lines between rows, and colours where they say something.
#pragma once

#include <QStyledItemDelegate>

#include "ui/state/app_state.h"

namespace axescope::ui {

class RuledDelegate : public QStyledItemDelegate {
  Q_OBJECT
 public:
  RuledDelegate(const AppState* state, QObject* parent);
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

 protected:
  const Theme& theme() const { return state_->theme(); }

 private:
  const AppState* state_;
};

/// Points: guaranteed or not in its colour, failures in theirs.
class PointsDelegate : public RuledDelegate {
  Q_OBJECT
 public:
  PointsDelegate(const AppState* state, QObject* parent);

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

 private:
  int guaranteed_;  // columns
  int failure_;
};

/// Differences of two points: better or worse in its colour.
class DifferenceDelegate : public RuledDelegate {
  Q_OBJECT
 public:
  using RuledDelegate::RuledDelegate;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;
};

}  // namespace axescope::ui
