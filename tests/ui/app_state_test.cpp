// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/app_state.h"

#include <QSignalSpy>
#include <QTemporaryDir>

#include <gtest/gtest.h>

namespace axescope::ui {
namespace {

constexpr int patience = 60'000;  // milliseconds

class PointsOfAState : public ::testing::Test {
 protected:
  PointsOfAState() {
    open("digits-cnn.h5");
    edit("algorithm", "rtn");
    edit("constraint", "axe");
    edit("inner_bits", "16");
    edit("eval_samples", "50");
    edit("propagate", "off");
  }

  void open(const char* sample) {
    QSignalSpy opened(&state_, &AppState::opened);
    state_.open(QStringLiteral(AXESCOPE_SOURCE_DIR "/samples/") + QString::fromLatin1(sample));
    ASSERT_TRUE(opened.wait(patience));
  }
  void edit(const char* key, const char* text) {
    ASSERT_TRUE(state_.edits().edit(key, QString::fromLatin1(text)).has_value());
  }
  void run(const QString& results, bool resume = false) {
    QSignalSpy finished(&state_.sweep(), &SweepJob::finished);
    state_.runStudy(results, resume);
    ASSERT_TRUE(finished.wait(patience));
    ASSERT_FALSE(finished.first().first().value<std::optional<Error>>().has_value());
  }
  QString results() const { return folder_.filePath(QStringLiteral("r.h5")); }

  QTemporaryDir folder_;
  AppState state_;
};

TEST_F(PointsOfAState, KeepTheStudyTheyWereRunWithWhateverIsEditedLater) {
  const std::string ran = state_.edits().study().toJson();
  run({});
  edit("inner_bits", "20");
  edit("seed", "7");
  EXPECT_EQ(state_.provenance().settings, ran);
  EXPECT_EQ(state_.provenance().seed, 0);
}

TEST_F(PointsOfAState, SayTheSameAsTheFileTheyAreIn) {
  run(results());
  edit("inner_bits", "20");
  const auto stored = readResults(results().toStdString());
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(state_.provenance(), stored->provenance);
}

TEST_F(PointsOfAState, KeepTheRunThatTheyResume) {
  const std::string first = state_.edits().study().toJson();
  run(results());
  edit("inner_bits", "16,18");
  const std::string second = state_.edits().study().toJson();
  run(results(), true);
  ASSERT_EQ(state_.points().rowCount(), 6);
  const Provenance provenance = state_.provenance();
  EXPECT_EQ(provenance.settings, second);
  ASSERT_EQ(provenance.earlier.size(), 1U);
  EXPECT_EQ(provenance.earlier.front().settings, first);
}

TEST_F(PointsOfAState, BelongToTheirModelWhicheverIsCurrent) {
  const auto measured = state_.model();
  run({});
  open("fir-bank.h5");
  ASSERT_NE(state_.model(), measured);
  EXPECT_EQ(state_.modelOfPoints(), measured);
  EXPECT_EQ(state_.provenance().inputFile, "digits-cnn.h5");
  state_.closeModel(0);
  EXPECT_EQ(state_.modelOfPoints(), nullptr);
  EXPECT_EQ(state_.provenance().inputFile, "digits-cnn.h5");
}

TEST_F(PointsOfAState, AreAnnouncedByTheStudyThatWouldMakeThem) {
  EXPECT_EQ(state_.provenance().settings, state_.edits().study().toJson());
  EXPECT_EQ(state_.modelOfPoints(), state_.model());
}

}  // namespace
}  // namespace axescope::ui
