// SPDX-License-Identifier: GPL-3.0-or-later
// Every setting of the sweep, made from the schema; what is wrong with one is said below it; an estimate of points and
// time at the end.
#pragma once

#include <QDockWidget>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <map>
#include <string_view>

#include "ui/jobs/latest_job.h"
#include "ui/state/app_state.h"
#include "ui/state/study_estimate.h"
#include "ui/theme/choice_button.h"

namespace axescope::ui {

class StudyDock : public QDockWidget {
  Q_OBJECT
 public:
  explicit StudyDock(AppState* state, QWidget* parent = nullptr);

 private:
  struct Field {
    QLineEdit* text = nullptr;       // numbers, lists, globs
    ChoiceButton* choice = nullptr;  // names
    QLabel* problem = nullptr;
  };
  void addField(const SettingInfo& info, QFormLayout* form);
  ChoiceButton* makeChoice(const SettingInfo& info);
  QLineEdit* makeText(const SettingInfo& info);
  void commitText(const SettingInfo& info);
  void showProblem(std::string_view key, const Status& status);
  void showStudy();
  void showGrids(const Study& study);
  void askEstimate();
  void showEstimate(const Result<StudyEstimate>& estimate);

  AppState* state_;
  std::map<std::string_view, Field> fields_;
  QLabel* grids_;  // of a union; hidden for a single grid
  QLabel* estimate_;
  LatestJob<Result<StudyEstimate>> estimating_;
};

/// A list as it is typed: neighbours folded into first:last; texts with | between them.
QString listText(const SettingInfo& info, const std::vector<SettingValue>& values);

}  // namespace axescope::ui
