// SPDX-License-Identifier: GPL-3.0-or-later
// What is open: files and their layers, with bars for what the selected point measured on them.
#pragma once

#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QTreeView>

#include "ui/models/layers_model.h"
#include "ui/state/app_state.h"

namespace axescope::ui {

class ModelDock : public QDockWidget {
  Q_OBJECT
 public:
  explicit ModelDock(AppState* state, QWidget* parent = nullptr);

 private:
  void makeTree();
  QLayout* makeColourChoice();
  void prepareFiles(int first, int last);
  void showFileMenu(QPoint at);
  void showColumnMenu(QPoint at);
  void takeLayer(const QModelIndex& current);
  void showLayer();
  void showWhetherEmpty();

  AppState* state_;
  LayersModel layers_;
  QLabel* hint_;
  QTreeView* tree_;
  QWidget* colours_;     // choice and legend
  bool taking_ = false;  // the tree's layer goes to the state, or comes from it
};

}  // namespace axescope::ui
