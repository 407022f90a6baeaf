// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/latest_job.h"

#include <QTest>
#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace axescope::ui {
namespace {

using namespace std::chrono_literals;

TEST(LatestJob, TheLatestWinsAndTheOneBeforeIsStoppedAndForgotten) {
  LatestJob<int> job;
  std::atomic<bool> stopped{false};
  QList<int> answers;
  job.start(
      [&](const std::stop_token& stop) {
        while (!stop.stop_requested()) std::this_thread::sleep_for(1ms);
        stopped = true;
        return 1;
      },
      [&](int answer) { answers << answer; });
  EXPECT_TRUE(job.running());
  job.start([](const std::stop_token&) { return 2; }, [&](int answer) { answers << answer; });
  ASSERT_TRUE(QTest::qWaitFor([&] { return !answers.isEmpty() && stopped; }, 5000));
  QTest::qWait(50);  // the first one's answer, were it delivered, would be here by now
  EXPECT_EQ(answers, QList<int>{2});
  EXPECT_FALSE(job.running());
}

TEST(LatestJob, ACancelledOneNeverAnswers) {
  LatestJob<int> job;
  bool answered = false;
  job.start([](const std::stop_token&) { return 1; }, [&](int) { answered = true; });
  job.cancel();
  QTest::qWait(50);
  EXPECT_FALSE(answered);
}

TEST(LatestJob, ItsEndWaitsForWorkThatStillRuns) {
  std::atomic<int> finished{0};
  {
    LatestJob<int> job;
    const auto work = [&](const std::stop_token&) {
      std::this_thread::sleep_for(30ms);
      return ++finished;
    };
    job.start(work, [](int) {});
    job.start(work, [](int) {});
  }
  EXPECT_EQ(finished, 2);
}

}  // namespace
}  // namespace axescope::ui
