// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/dialogs/allocate_dialog.h"

#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

namespace axescope::ui {
namespace {

constexpr int patience = 60'000;  // milliseconds

QPushButton* button(const AllocateDialog& dialog, const QString& text) {
  for (QPushButton* each : dialog.findChildren<QPushButton*>()) {
    if (each->text().remove(QLatin1Char('&')) == text) return each;
  }
  return nullptr;
}

class AllocateOnASample : public ::testing::Test {
 protected:
  AllocateOnASample() {
    QSignalSpy opened(&state_, &AppState::opened);
    state_.open(QStringLiteral(AXESCOPE_SOURCE_DIR "/samples/digits-cnn.h5"));
    EXPECT_TRUE(opened.wait(patience));
    Study study;
    for (const auto& [key, text] : {std::pair("algorithm", "rtn"),
                                    {"inner_bits", "12,16"},
                                    {"activation_bits", "4,8"},
                                    {"tile", "32"},
                                    {"calibration_samples", "32"}}) {
      EXPECT_TRUE(study.set(key, std::string_view(text)).has_value());
    }
    state_.edits().replace(study, QStringLiteral("widths"));
  }

  AppState state_;
};

TEST_F(AllocateOnASample, PutsTheStudyOfTheAllocationsIntoTheDock) {
  AllocateDialog dialog(&state_);
  dialog.findChildren<QSpinBox*>().at(0)->setValue(5);
  dialog.findChildren<QSpinBox*>().at(1)->setValue(16);
  dialog.show();
  QSignalSpy allocated(&dialog, &AllocateDialog::allocated);
  QPushButton* start = button(dialog, QStringLiteral("Allocate"));
  ASSERT_NE(start, nullptr);
  ASSERT_TRUE(start->isEnabled());
  const Study before = state_.edits().study();
  QTest::mouseClick(start, Qt::LeftButton);
  EXPECT_TRUE(dialog.running());
  EXPECT_FALSE(start->isEnabled());
  ASSERT_TRUE(allocated.wait(patience));
  EXPECT_FALSE(dialog.isVisible());
  const Study& study = state_.edits().study();
  const auto overrides = study.values("overrides");
  EXPECT_EQ(static_cast<int>(overrides.size()), allocated.front().front().toInt());
  EXPECT_GT(overrides.size(), 2U);
  EXPECT_EQ(study.values("inner_bits").size(), 1U);
  EXPECT_EQ(study.values("activation_bits").size(), 1U);
  // What the command line would write.
  const auto expected =
      allocateStudy(*state_.model(), {.study = before, .cost = "mean_inner_bits", .points = 5, .samples = 16}, {});
  ASSERT_TRUE(expected.has_value()) << expected.error().line();
  EXPECT_EQ(study, expected->study);
  state_.edits().undoStack()->undo();
  EXPECT_EQ(state_.edits().study(), before) << "one step back";
}

TEST_F(AllocateOnASample, CancelStopsTheWorkAndLeavesTheStudy) {
  AllocateDialog dialog(&state_);
  dialog.show();
  const Study before = state_.edits().study();
  QTest::mouseClick(button(dialog, QStringLiteral("Allocate")), Qt::LeftButton);
  ASSERT_TRUE(dialog.running());
  QPushButton* cancel = button(dialog, QStringLiteral("Cancel"));
  ASSERT_NE(cancel, nullptr);
  QTest::mouseClick(cancel, Qt::LeftButton);
  EXPECT_FALSE(dialog.running());
  EXPECT_TRUE(dialog.isVisible()) << "the first click stops";
  EXPECT_TRUE(button(dialog, QStringLiteral("Allocate"))->isEnabled());
  QTest::mouseClick(cancel, Qt::LeftButton);
  EXPECT_FALSE(dialog.isVisible()) << "the second one closes";
  QTest::qWait(100);
  EXPECT_EQ(state_.edits().study(), before);
}

TEST_F(AllocateOnASample, AStudyThatOffersMoreThanWidthsIsRefusedWithItsFlag) {
  ASSERT_TRUE(state_.edits().edit("algorithm", QStringLiteral("rtn,gpfq")).has_value());
  AllocateDialog dialog(&state_);
  EXPECT_FALSE(button(dialog, QStringLiteral("Allocate"))->isEnabled());
  const auto says = [&](const char* text) {
    const auto labels = dialog.findChildren<QLabel*>();
    return std::any_of(labels.begin(), labels.end(),
                       [&](const QLabel* label) { return label->text().contains(QLatin1String(text)); });
  };
  EXPECT_TRUE(says("--algorithm"));
  ASSERT_TRUE(state_.edits().edit("algorithm", QStringLiteral("gpfq")).has_value());
  EXPECT_TRUE(button(dialog, QStringLiteral("Allocate"))->isEnabled());
  EXPECT_FALSE(says("--algorithm"));
  state_.closeModel(0);
  EXPECT_FALSE(button(dialog, QStringLiteral("Allocate"))->isEnabled());
}

}  // namespace
}  // namespace axescope::ui
