// SPDX-License-Identifier: GPL-3.0-or-later
// Every action of the main window, in its menus; shortcuts are said here and nowhere else.
#pragma once

#include <QAction>
#include <QActionGroup>
#include <QMainWindow>
#include <QMenu>
#include <QUndoStack>

#include "ui/theme/theme.h"

namespace axescope::ui {

struct WindowActions {
  /// The actions are the window's children and stand in its menu bar; connecting them is the window's.
  WindowActions(QMainWindow* window, QUndoStack* undoStack);

  void setTheme(const Theme& theme) const;

  QAction* open;
  QAction* addResults;
  QAction* removeAdded;
  QMenu* recent;
  QMenu* samples;
  QAction* openSession;
  QAction* saveSession;
  QAction* restoreAtStart;
  QAction* exportPlot;
  QAction* copyPlot;
  QAction* exportResults;
  QAction* exportQuantized;
  QAction* quit;
  QAction* undo;
  QAction* redo;
  QAction* history;
  QAction* run;
  QAction* pause;
  QAction* cancel;
  QAction* resume;
  QMenu* presets;
  QAction* loadStudy;
  QAction* saveStudy;
  QMenu* memory;
  QMenu* pages;
  QMenu* view;
  QActionGroup* themes;
  QAction* followSystem;
  QAction* light;
  QAction* dark;
  QAction* resetLayout;
  QAction* settingsHelp;
  QAction* shortcuts;
  QAction* about;
  QAction* aboutQt;
};

}  // namespace axescope::ui
