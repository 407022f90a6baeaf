// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/study_edits.h"

#include <QUndoCommand>
#include <utility>

namespace axescope::ui {

class StudyCommand : public QUndoCommand {
 public:
  StudyCommand(StudyEdits* edits, Study before, Study after, const QString& label)
      : QUndoCommand(label), edits_(edits), before_(std::move(before)), after_(std::move(after)) {}
  void undo() override { edits_->apply(before_); }
  void redo() override { edits_->apply(after_); }

 private:
  StudyEdits* edits_;
  Study before_;
  Study after_;
};

StudyEdits::StudyEdits(QObject* parent) : QObject(parent), study_(startingStudy()) {}

Status StudyEdits::edit(std::string_view key, const QString& text) {
  Study next = study_;
  AXESCOPE_CHECK(next.set(key, std::string_view(text.toStdString())));
  // What a field already shows changes nothing: of a union it would make all grids alike.
  if (next.values(key) == study_.values(key)) return {};
  const SettingInfo* info = findSetting(key);
  const QString title = QString::fromUtf8(info->title.data(), static_cast<qsizetype>(info->title.size()));
  undo_.push(new StudyCommand(this, study_, std::move(next), tr("%1: %2").arg(title, text)));
  return {};
}

void StudyEdits::replace(const Study& study, const QString& label) {
  if (study == study_) return;
  undo_.push(new StudyCommand(this, study_, study, label));
}

void StudyEdits::apply(const Study& study) {
  study_ = study;
  Q_EMIT changed();
}

Study startingStudy() {
  Study study;
  const std::pair<const char*, const char*> values[] = {{"algorithm", "gpfq,optq"},
                                                        {"constraint", "none,ep-init,axe"},
                                                        {"inner_bits", "10:20"},
                                                        {"tile", "32,64,full"},
                                                        {"propagate", "off"}};
  for (const auto& [key, text] : values) {
    [[maybe_unused]] const Status status = study.set(key, std::string_view(text));
    Q_ASSERT(status.has_value());
  }
  return study;
}

}  // namespace axescope::ui
