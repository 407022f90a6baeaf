// SPDX-License-Identifier: GPL-3.0-or-later
// Every setting of the sweep, made from the schema; an estimate of its points below.
#pragma once

#include <QDockWidget>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <map>
#include <string_view>

#include "ui/state/app_state.h"

namespace axescope::ui {

class StudyDock : public QDockWidget {
  Q_OBJECT
 public:
  explicit StudyDock(AppState* state, QWidget* parent = nullptr);

 private:
  QWidget* makeEditor(const SettingInfo& info);
  QWidget* makeChoice(const SettingInfo& info);
  QWidget* makeText(const SettingInfo& info);
  void commitText(const SettingInfo& info, QLineEdit* field);
  void showStudy();
  void showEstimate();

  AppState* state_;
  std::map<std::string_view, QToolButton*> choices_;
  std::map<std::string_view, QLineEdit*> texts_;
  QLabel* problem_;
  QLabel* estimate_;
};

}  // namespace axescope::ui
