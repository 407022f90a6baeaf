// SPDX-License-Identifier: GPL-3.0-or-later
// The study being edited, with undo: every change of a setting is one step.
#pragma once

#include <QObject>
#include <QString>
#include <QUndoStack>
#include <string_view>

#include "core/study/study.h"

namespace axescope::ui {

class StudyEdits : public QObject {
  Q_OBJECT
 public:
  explicit StudyEdits(QObject* parent = nullptr);

  const Study& study() const { return study_; }
  QUndoStack* undoStack() { return &undo_; }

  /// Text in command-line syntax ("10:20", "gpfq,optq"). The error, if any, is for showing beside the field; the study
  /// is then unchanged, as it is when the values are those of the study, in whichever of its grids.
  Status edit(std::string_view key, const QString& text);
  /// Replaces all settings as one step named `label`.
  void replace(const Study& study, const QString& label);

 Q_SIGNALS:
  void changed();

 private:
  friend class StudyCommand;
  void apply(const Study& study);
  Study study_;
  QUndoStack undo_;
};

/// The study a newcomer starts from: GPFQ and OPTQ, naive, EP-init and AXE, P_I 10 … 20, T 32, 64, full.
Study startingStudy();

}  // namespace axescope::ui
