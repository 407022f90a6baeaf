// SPDX-License-Identifier: GPL-3.0-or-later
// A window that is killed a hundred times, each time going on with what the one before left, loses no finished point
// and comes to the results of a window that nobody disturbed.
#include <QElapsedTimer>
#include <QFileInfo>
#include <cmath>
#include <iostream>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "core/study/results_file.h"
#include "core/study/study.h"
#include "tests/ui/killed_window.h"
#include "ui/window/main_window.h"

namespace axescope::ui {
namespace {

constexpr int kills = 100;
constexpr int patience = 120'000;  // milliseconds

// All that a point tells, by its settings.
using Row = std::pair<std::vector<Cell>, std::vector<LayerMeasurement>>;
using Rows = std::map<std::string, Row>;

Rows rowsOf(const std::vector<PointResult>& points, bool withTime) {
  Rows rows;
  for (const PointResult& point : points) {
    std::vector<Cell> cells;
    for (const ResultColumn& column : resultColumns()) {
      if (withTime || column.name != "seconds") cells.push_back(column.get(point));
    }
    rows.emplace(toJson(point.settings), Row(std::move(cells), point.layers));
  }
  return rows;
}

// Nothing where there is no results file yet.
std::vector<PointResult> pointsIn(const WindowHome& home) {
  const auto session = loadSession(home.sessionPath());
  if (!session || !QFileInfo::exists(session->results)) return {};
  auto results = readResults(session->results.toStdString());
  EXPECT_TRUE(results.has_value()) << results.error().line();
  return results ? std::move(results->points) : std::vector<PointResult>{};
}

std::size_t lastNumberOf(const QByteArray& lines) {
  const QList<QByteArray> all = lines.trimmed().split('\n');
  return all.isEmpty() ? 0 : static_cast<std::size_t>(all.last().toULongLong());
}

// How long a window takes to its first point, and from there to its last, in milliseconds.
struct Pace {
  double start = 0;
  double points = 0;
};

Rows finishedIn(const WindowHome& home, Pace* pace = nullptr) {
  QProcess window;
  QElapsedTimer clock;
  clock.start();
  home.start(window, sweepOrResume);
  window.waitForReadyRead(patience);
  if (pace != nullptr) pace->start = static_cast<double>(clock.restart());
  if (window.state() != QProcess::NotRunning) window.waitForFinished(patience);
  if (pace != nullptr) pace->points = static_cast<double>(clock.elapsed());
  EXPECT_EQ(window.exitStatus(), QProcess::NormalExit);
  EXPECT_EQ(window.exitCode(), 0);
  return rowsOf(pointsIn(home), false);
}

// Three of four are killed when they have points, the others any time before. Some end before that.
void startAndKill(const WindowHome& home, const Pace& pace, std::mt19937& chance, QProcess& window) {
  const auto some = [&chance](double most) {
    return static_cast<int>(std::lround(most * std::generate_canonical<double, 32>(chance)));
  };
  home.start(window, sweepOrResume);
  ASSERT_TRUE(window.waitForStarted(patience));
  if (chance() % 4 == 0) {
    window.waitForFinished(some(pace.start));
  } else {
    window.waitForReadyRead(patience);
    if (window.state() != QProcess::NotRunning) window.waitForFinished(some(0.6 * pace.points));
  }
  if (window.state() == QProcess::NotRunning) {
    EXPECT_EQ(window.exitCode(), 0);
    return;
  }
  window.kill();
  ASSERT_TRUE(window.waitForFinished(patience));
}

TEST(KilledWindows, AHundredKillsLoseNoFinishedPoint) {
  const WindowHome undisturbed;
  Pace pace;
  const Rows expected = finishedIn(undisturbed, &pace);
  ASSERT_EQ(expected.size(), 96U);

  std::mt19937 chance(3);
  std::optional<WindowHome> home(std::in_place);
  Rows before;
  std::size_t atStake = 0;
  int completed = 0;
  for (int killed = 0; killed < kills;) {
    QProcess window;
    ASSERT_NO_FATAL_FAILURE(startAndKill(*home, pace, chance, window));
    if (window.exitStatus() == QProcess::CrashExit) ++killed;
    const std::vector<PointResult> left = pointsIn(*home);
    EXPECT_GE(left.size(), lastNumberOf(window.readAllStandardOutput())) << "kill " << killed;
    const Rows rows = rowsOf(left, true);
    for (const auto& [settings, row] : before) {
      const auto found = rows.find(settings);
      ASSERT_TRUE(found != rows.end()) << "kill " << killed << ": " << settings;
      EXPECT_EQ(found->second, row) << "kill " << killed << ": " << settings;
    }
    atStake += left.size();
    before = rows;
    if (left.size() == expected.size()) {
      EXPECT_EQ(rowsOf(left, false), expected);
      ++completed;
      home.emplace();
      before.clear();
    }
  }
  EXPECT_EQ(finishedIn(*home), expected);
  EXPECT_GT(atStake, static_cast<std::size_t>(kills));
  std::cout << "window killed (SIGKILL): " << kills << " times, finished points at stake " << atStake
            << ", sweeps completed " << completed + 1 << std::endl;
}

}  // namespace
}  // namespace axescope::ui
