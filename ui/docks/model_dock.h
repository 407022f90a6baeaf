// SPDX-License-Identifier: GPL-3.0-or-later
// What is open: its layers, with a bar for error or budget use of the selected point.
#pragma once

#include <QDockWidget>
#include <QLabel>
#include <QStackedWidget>
#include <QTreeView>

#include "ui/models/layers_model.h"
#include "ui/state/app_state.h"

namespace axescope::ui {

class ModelDock : public QDockWidget {
  Q_OBJECT
 public:
  explicit ModelDock(AppState* state, QWidget* parent = nullptr);

 private:
  void showModel();

  AppState* state_;
  LayersModel layers_;
  QLabel* heading_;
  QLabel* summary_;
  QTreeView* tree_;
};

}  // namespace axescope::ui
