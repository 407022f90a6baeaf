// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/sweep_job.h"

#include <QDir>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <gtest/gtest.h>

namespace axescope::ui {
namespace {

class SweepJobTest : public ::testing::Test {
 protected:
  SweepJobTest() {
    auto model = Model::open(std::string(AXESCOPE_SOURCE_DIR) + "/samples/digits-cnn.h5");
    EXPECT_TRUE(model.has_value());
    request_.model = *std::move(model);
    for (const auto& [key, text] :
         {std::pair{"inner_bits", "10:30"}, {"algorithm", "rtn,gpfq"}, {"eval_samples", "100"}, {"propagate", "off"}}) {
      EXPECT_TRUE(request_.study.set(key, std::string_view(text)).has_value());
    }
    request_.provenance = *makeProvenance(*request_.model, request_.study);
    QObject::connect(&job_, &SweepJob::pointsArrived, [this](const std::vector<PointResult>& points) {
      arrived_ += static_cast<int>(points.size());
      for (const PointResult& point : points) failed_ += point.failed() ? 1 : 0;
    });
  }

  void start() {
    finished_.clear();
    job_.start(request_);
  }
  void waitForEnd() { ASSERT_TRUE(finished_.count() > 0 || finished_.wait(60'000)); }

  SweepRequest request_;
  SweepJob job_;
  QSignalSpy finished_{&job_, &SweepJob::finished};
  int arrived_ = 0;
  int failed_ = 0;
};

TEST_F(SweepJobTest, DeliversEveryPoint) {
  start();
  EXPECT_TRUE(job_.running());
  waitForEnd();
  EXPECT_EQ(arrived_, 42);
  EXPECT_FALSE(job_.running());
}

TEST_F(SweepJobTest, CancelKeepsFinishedPointsAndResumeCompletesThem) {
  const QTemporaryDir folder;
  request_.resultsPath = folder.filePath(QStringLiteral("results.h5"));
  start();
  QTRY_VERIFY_WITH_TIMEOUT(arrived_ >= 3, 60'000);
  job_.cancel();
  waitForEnd();
  const auto stored = readResults(request_.resultsPath.toStdString());
  ASSERT_TRUE(stored.has_value());
  EXPECT_EQ(static_cast<int>(stored->points.size()), arrived_);
  request_.resume = true;
  arrived_ = 0;
  start();
  waitForEnd();
  EXPECT_EQ(arrived_, 42);
  EXPECT_EQ(readResults(request_.resultsPath.toStdString())->points.size(), 42U);
}

TEST_F(SweepJobTest, APointThatFailedIsDeliveredOnceWhenItIsTriedAgain) {
  const QTemporaryDir folder;
  request_.resultsPath = folder.filePath(QStringLiteral("results.h5"));
  {
    auto file = ResultsFile::open({request_.resultsPath.toStdString(), std::nullopt, false}, request_.provenance);
    ASSERT_TRUE(file.has_value());
    PointResult failed;
    failed.settings = request_.study.points({.propagation = true})->front();
    failed.failure = "no memory";
    ASSERT_TRUE((*file)->add(failed).has_value());
    ASSERT_TRUE((*file)->finish().has_value());
  }
  request_.resume = true;
  start();
  waitForEnd();
  EXPECT_EQ(arrived_, 42);
}

TEST_F(SweepJobTest, APausedSweepStandsStillAndGoesOn) {
  constexpr int all = 21 * 2 * 4;
  for (const auto& [key, text] : {std::pair{"tile", "16,32,64,full"}, {"eval_samples", "all"}}) {
    ASSERT_TRUE(request_.study.set(key, std::string_view(text)).has_value());
  }
  start();
  QTRY_VERIFY_WITH_TIMEOUT(arrived_ >= 2, 60'000);
  job_.setPaused(true);
  // Points that are under way still arrive; how long they take depends on the machine.
  int standing = -1;
  for (int waits = 0; waits < 40 && arrived_ != standing; ++waits) {
    standing = arrived_;
    QTest::qWait(500);
  }
  EXPECT_EQ(arrived_, standing);
  EXPECT_LT(standing, all);
  job_.setPaused(false);
  waitForEnd();
  EXPECT_EQ(arrived_, all);
}

TEST_F(SweepJobTest, KeepsToItsMemory) {
  request_.memory = 1 << 10;  // too little for any point
  start();
  waitForEnd();
  EXPECT_EQ(arrived_, 42);
  EXPECT_EQ(failed_, 42);
}

TEST_F(SweepJobTest, TheLatestStartWins) {
  start();
  ASSERT_TRUE(request_.study.set("inner_bits", "20:24").has_value());
  arrived_ = 0;
  start();
  waitForEnd();
  EXPECT_EQ(arrived_, 10);
}

}  // namespace
}  // namespace axescope::ui
