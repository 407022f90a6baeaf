// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/docks/study_dock.h"

#include <QLabel>
#include <QLineEdit>
#include <QTest>

#include <gtest/gtest.h>

namespace axescope::ui {
namespace {

class StudyDockFields : public ::testing::Test {
 protected:
  StudyDockFields() {
    dock_.show();
    for (QLineEdit* one : dock_.findChildren<QLineEdit*>()) {
      if (one->accessibleName() == QStringLiteral("Inner width")) text_ = one;
    }
    for (QLabel* one : text_->parentWidget()->findChildren<QLabel*>()) {
      if (one->property("error").toBool()) problem_ = one;
    }
  }

  void type(const char* text) {
    text_->selectAll();
    QTest::keyClicks(text_, QString::fromLatin1(text));
    QTest::keyClick(text_, Qt::Key_Return);
  }

  AppState state_;
  StudyDock dock_{&state_};
  QLineEdit* text_ = nullptr;
  QLabel* problem_ = nullptr;
};

TEST_F(StudyDockFields, AWrongValueIsExplainedBelowItsFieldAndChangesNothing) {
  const Study before = state_.edits().study();
  ASSERT_FALSE(problem_->isVisible());
  type("12,99");
  EXPECT_TRUE(problem_->isVisible());
  EXPECT_TRUE(problem_->text().startsWith(QStringLiteral("expected "))) << problem_->text().toStdString();
  EXPECT_TRUE(text_->property("invalid").toBool());
  EXPECT_EQ(text_->text(), QStringLiteral("12,99"));  // to be mended, not to be typed again
  EXPECT_EQ(state_.edits().study(), before);
}

TEST_F(StudyDockFields, ARightValueTakesTheExplanationAway) {
  type("bits");
  ASSERT_TRUE(problem_->isVisible());
  type("12 : 14, 16");
  EXPECT_FALSE(problem_->isVisible());
  EXPECT_FALSE(text_->property("invalid").toBool());
  EXPECT_EQ(text_->text(), QStringLiteral("12:14,16"));
  EXPECT_EQ(state_.edits().study().values("inner_bits").size(), 4U);
}

TEST_F(StudyDockFields, UndoShowsTheValueBeforeWithoutAnExplanation) {
  const QString before = text_->text();
  type("13");
  type("nothing");
  ASSERT_TRUE(problem_->isVisible());
  state_.edits().undoStack()->undo();
  EXPECT_EQ(text_->text(), before);
  EXPECT_FALSE(problem_->isVisible());
}

TEST_F(StudyDockFields, AUnionSaysSoAndStaysOneUntilAValueChanges) {
  auto* grids = dock_.findChild<QLabel*>(QStringLiteral("grids"));
  ASSERT_NE(grids, nullptr);
  EXPECT_FALSE(grids->isVisible());
  const auto study = Study::fromJson(R"({"format":"axescope-study","version":1,
      "union":[{"inner_bits":[11,12]},{"inner_bits":13,"slack":"half"}]})",
                                     "study");
  ASSERT_TRUE(study.has_value());
  state_.edits().replace(*study, QStringLiteral("Preset"));
  EXPECT_TRUE(grids->isVisible());
  EXPECT_TRUE(grids->text().contains(QStringLiteral("Union of 2 grids"))) << grids->text().toStdString();
  EXPECT_TRUE(grids->text().contains(QStringLiteral("Inner width, Strict clip"))) << grids->text().toStdString();
  EXPECT_EQ(text_->text(), QStringLiteral("11:13"));
  type("11:13");  // as it was
  EXPECT_EQ(state_.edits().study(), *study);
  type("14");
  EXPECT_EQ(state_.edits().study().values("inner_bits").size(), 1U);
  EXPECT_EQ(state_.edits().study().gridCount(), 2U);
  EXPECT_TRUE(grids->text().contains(QStringLiteral("differ in Strict clip"))) << grids->text().toStdString();
  state_.edits().undoStack()->undo();
  EXPECT_EQ(state_.edits().study(), *study);
}

}  // namespace
}  // namespace axescope::ui
