// SPDX-License-Identifier: GPL-3.0-or-later
// A window that is killed in the middle of a sweep loses no finished point, and the next one offers to go on.
#include <QDir>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/ui/killed_window.h"
#include "ui/window/main_window.h"

namespace axescope::ui {
namespace {

constexpr int patience = 120'000;  // milliseconds

std::size_t pointsIn(const QString& folder) {
  const QStringList files = QDir(folder).entryList({QStringLiteral("*.h5")});
  if (files.isEmpty()) return 0;
  const auto results = readResults(QDir(folder).filePath(files.first()).toStdString());
  return results ? results->points.size() : 0;
}

TEST(KilledSweep, KeepsItsPointsAndIsResumedFromTheNextWindow) {
  const WindowHome home;
  const QString session = home.sessionPath();
  const QString sweeps = QFileInfo(session).dir().filePath(QStringLiteral("sweeps"));
  QProcess child;
  home.start(child, sweepUntilKilled);
  const bool some = QTest::qWaitFor([&] { return pointsIn(sweeps) >= 5; }, patience);
  child.kill();
  ASSERT_TRUE(child.waitForFinished(patience));
  ASSERT_TRUE(some);
  EXPECT_EQ(child.exitStatus(), QProcess::CrashExit);
  const std::size_t kept = pointsIn(sweeps);
  ASSERT_GE(kept, 5U);

  MainWindow window;
  window.show();
  const auto remembered = loadSession(session);
  ASSERT_TRUE(remembered.has_value()) << remembered.error().line();
  window.restore(*remembered);
  ASSERT_TRUE(QTest::qWaitFor(
      [&] { return window.banner()->isVisible() && window.banner()->text().contains(QStringLiteral("not done")); },
      patience));
  EXPECT_EQ(window.state().points().rowCount(), static_cast<int>(kept));

  // The button of the offer.
  const auto buttons = window.banner()->findChildren<QPushButton*>();
  const auto resume = std::find_if(buttons.begin(), buttons.end(),
                                   [](const QPushButton* one) { return one->text() == QStringLiteral("Resume"); });
  ASSERT_NE(resume, buttons.end());
  (*resume)->click();
  ASSERT_TRUE(window.state().sweep().running());
  ASSERT_TRUE(QTest::qWaitFor([&] { return window.state().points().rowCount() > static_cast<int>(kept); }, patience));
  QSignalSpy finished(&window.state().sweep(), &SweepJob::finished);
  window.state().sweep().cancel();
  ASSERT_TRUE(finished.wait(patience));
  EXPECT_EQ(pointsIn(sweeps), static_cast<std::size_t>(window.state().points().rowCount()));
}

}  // namespace
}  // namespace axescope::ui
