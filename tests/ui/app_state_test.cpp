// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/app_state.h"

#include <QFile>
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

// Results of two models, opened as the command line and a drop of both do.
class ResultsTogether : public PointsOfAState {
 protected:
  ResultsTogether() {
    run(digits_);
    open("fir-bank.h5");
    run(fir_);
  }
  void openAll(const QStringList& paths, int opened) {
    QSignalSpy spy(&state_, &AppState::opened);
    state_.openTogether(paths);
    while (spy.count() < opened) ASSERT_TRUE(spy.wait(patience));
  }
  const QString digits_ = folder_.filePath(QStringLiteral("digits.h5"));
  const QString fir_ = folder_.filePath(QStringLiteral("fir.h5"));
};

TEST_F(ResultsTogether, TheFirstAreTheStudysAndTheOthersStandBehindThem) {
  openAll({digits_, fir_}, 2);
  EXPECT_EQ(state_.resultsPath(), digits_);
  const auto own = static_cast<std::size_t>(state_.points().rowCount());
  ASSERT_GT(own, 0U);
  const DrawnPoints& all = state_.together();
  ASSERT_GT(all.points.size(), own);
  ASSERT_EQ(all.models.size(), all.points.size());
  EXPECT_EQ(all.models.front(), QStringLiteral("digits-cnn"));
  EXPECT_EQ(all.models[own - 1], QStringLiteral("digits-cnn"));
  EXPECT_EQ(all.models[own], QStringLiteral("fir-bank"));
  EXPECT_EQ(all.points[own].settings, readResults(fir_.toStdString())->points.front().settings);
  EXPECT_EQ(all.provenance.count(QStringLiteral("input_sha256")), 2);
}

TEST_F(ResultsTogether, OtherResultsTakeThePlaceOfAllAndAddedOnesCanGo) {
  openAll({digits_, fir_}, 2);
  QSignalSpy changed(&state_, &AppState::addedChanged);
  state_.removeAdded();
  EXPECT_EQ(changed.count(), 1);
  EXPECT_TRUE(state_.together().points.empty());
  EXPECT_GT(state_.points().rowCount(), 0);
  openAll({digits_, fir_}, 2);
  openAll({fir_}, 1);
  EXPECT_EQ(state_.resultsPath(), fir_);
  EXPECT_TRUE(state_.added().empty());
  EXPECT_TRUE(state_.together().points.empty());
}

TEST_F(ResultsTogether, SweepsOfOneModelAreToldApartByTheirFiles) {
  const QString again = folder_.filePath(QStringLiteral("again.h5"));
  ASSERT_TRUE(QFile::copy(digits_, again));
  openAll({digits_, again, digits_}, 3);
  ASSERT_EQ(state_.added().size(), 1U) << "the study's own points are not drawn twice";
  EXPECT_EQ(state_.together().models.front(), QStringLiteral("digits-cnn (digits)"));
  EXPECT_EQ(state_.together().models.back(), QStringLiteral("digits-cnn (again)"));
}

TEST_F(ResultsTogether, AFileThatCannotBeOpenedDoesNotHoldBackTheOthers) {
  QSignalSpy failed(&state_, &AppState::failed);
  openAll({folder_.filePath(QStringLiteral("absent.h5")), digits_, fir_}, 2);
  EXPECT_EQ(failed.count(), 1);
  EXPECT_EQ(state_.resultsPath(), digits_);
  EXPECT_EQ(state_.added().size(), 1U);
}

TEST_F(ResultsTogether, AreNotLostWhenADialogIsCancelledMeanwhile) {
  QSignalSpy opened(&state_, &AppState::opened);
  state_.openTogether({digits_, fir_});
  state_.addResults({});
  state_.openTogether({});
  while (opened.count() < 2) ASSERT_TRUE(opened.wait(patience));
  EXPECT_EQ(state_.resultsPath(), digits_);
  EXPECT_TRUE(state_.isAdded(fir_));
}

TEST_F(ResultsTogether, JoinWhileASweepIsRunning) {
  state_.setCurrentModel(0);
  edit("inner_bits", "12:20");
  state_.runStudy({}, false);
  QSignalSpy opened(&state_, &AppState::opened);
  state_.addResults({fir_});
  ASSERT_TRUE(opened.wait(patience));
  EXPECT_TRUE(state_.isAdded(fir_));
  QSignalSpy finished(&state_.sweep(), &SweepJob::finished);
  if (state_.sweep().running()) {
    ASSERT_TRUE(finished.wait(patience));
  }
  const auto own = static_cast<std::size_t>(state_.points().rowCount());
  EXPECT_EQ(own, 27U);
  EXPECT_EQ(state_.together().points.size(), own + readResults(fir_.toStdString())->points.size());
}

TEST_F(PointsOfAState, AreAnnouncedByTheStudyThatWouldMakeThem) {
  EXPECT_EQ(state_.provenance().settings, state_.edits().study().toJson());
  EXPECT_EQ(state_.modelOfPoints(), state_.model());
}

}  // namespace
}  // namespace axescope::ui
