// SPDX-License-Identifier: GPL-3.0-or-later
// Keys and gestures of a window, read from its actions, so that the list is always the truth.
#pragma once

#include <QDialog>
#include <QPair>
#include <QString>
#include <QVector>

namespace axescope::ui {

/// What the hand does ("Drag"), and what happens ("Zoom into the frame").
using Gesture = QPair<QString, QString>;

class ShortcutsDialog : public QDialog {
  Q_OBJECT
 public:
  /// Actions of `window` that have a shortcut, under the menus that hold them; the dialog is a child of the window.
  explicit ShortcutsDialog(QWidget* window, const QVector<Gesture>& gestures = {});
};

}  // namespace axescope::ui
