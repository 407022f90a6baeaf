// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/study_edits.h"

#include <QSignalSpy>

#include <gtest/gtest.h>

namespace axescope::ui {
namespace {

TEST(StudyEdits, EveryChangeIsOneStepThatCanBeUndone) {
  StudyEdits edits;
  const Study before = edits.study();
  QSignalSpy changed(&edits, &StudyEdits::changed);
  ASSERT_TRUE(edits.edit("inner_bits", QStringLiteral("12:16")).has_value());
  EXPECT_EQ(edits.study().values("inner_bits").size(), 5U);
  EXPECT_EQ(changed.count(), 1);
  edits.undoStack()->undo();
  EXPECT_EQ(edits.study(), before);
  edits.undoStack()->redo();
  EXPECT_EQ(edits.study().values("inner_bits").size(), 5U);
}

TEST(StudyEdits, AWrongValueIsRefusedAndChangesNothing) {
  StudyEdits edits;
  const Study before = edits.study();
  const Status status = edits.edit("inner_bits", QStringLiteral("99"));
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().object, "--inner-bits");
  EXPECT_EQ(edits.study(), before);
  EXPECT_EQ(edits.undoStack()->count(), 0);
}

}  // namespace
}  // namespace axescope::ui
