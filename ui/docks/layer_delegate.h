// SPDX-License-Identifier: GPL-3.0-or-later
// Rows of the model dock: files with their size, layers with muted shapes and coloured bars.
#pragma once

#include <QStyledItemDelegate>

#include "ui/state/app_state.h"

namespace axescope::ui {

/// The sequential map without the end that would vanish on the theme's panels.
QColor barColour(double place, const Theme& theme);

class LayerDelegate : public QStyledItemDelegate {
  Q_OBJECT
 public:
  LayerDelegate(const AppState* state, QObject* parent);
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override;

 private:
  void paintFile(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
  void paintBar(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;

  const AppState* state_;
};

}  // namespace axescope::ui
