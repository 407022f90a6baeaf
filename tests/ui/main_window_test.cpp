// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/main_window.h"

#include <QElapsedTimer>
#include <QMenu>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QTimer>

#include <gtest/gtest.h>

namespace axescope::ui {
namespace {

const QString sample = QStringLiteral(AXESCOPE_SOURCE_DIR "/samples/digits-cnn.h5");

// The page that has most to draw while points arrive.
void showPareto(MainWindow& window) {
  QTabWidget* pages = window.pages();
  pages->setCurrentWidget(pages->findChild<QWidget*>(QStringLiteral("pareto")));
  ASSERT_EQ(pages->currentWidget()->objectName(), QStringLiteral("pareto"));
}

TEST(MainWindow, OpensASampleRunsAStudyAndStaysResponsive) {
  MainWindow window;
  window.resize(1600, 1000);
  window.show();
  QSignalSpy opened(&window.state(), &AppState::opened);
  window.open(sample);
  ASSERT_TRUE(opened.wait(30'000));
  ASSERT_NE(window.state().model(), nullptr);

  ASSERT_TRUE(window.state().edits().edit("eval_samples", QStringLiteral("200")).has_value());
  ASSERT_TRUE(window.state().edits().edit("inner_bits", QStringLiteral("12:15")).has_value());
  showPareto(window);
  std::size_t mostMarks = 0;
  QObject::connect(&window.state().sweep(), &SweepJob::progressChanged, [&] {
    if (window.state().sweep().running()) mostMarks = std::max(mostMarks, window.currentPage()->plot()->marks().size());
  });
  // A heartbeat every 10 ms: the longest gap is how long the window was blocked.
  QElapsedTimer sinceBeat;
  qint64 longestGap = 0;
  QTimer heartbeat;
  QObject::connect(&heartbeat, &QTimer::timeout, [&] { longestGap = std::max(longestGap, sinceBeat.restart()); });
  QSignalSpy finished(&window.state().sweep(), &SweepJob::finished);
  sinceBeat.start();
  heartbeat.start(10);
  window.state().runStudy({}, false);
  ASSERT_TRUE(finished.wait(60'000));
  EXPECT_EQ(window.state().points().rowCount(), 2 * 3 * 4 * 3);
  EXPECT_GT(mostMarks, 0U) << "no point was drawn while the sweep ran";
  std::cout << "longest gap between heartbeats: " << longestGap << " ms\n";
  EXPECT_LT(longestGap, 1000);
}

TEST(MainWindow, OneSelectionIsSharedByPlotTableAndLayers) {
  MainWindow window;
  QSignalSpy opened(&window.state(), &AppState::opened);
  window.open(sample);
  ASSERT_TRUE(opened.wait(30'000));
  ASSERT_TRUE(window.state().edits().edit("inner_bits", QStringLiteral("14,16")).has_value());
  ASSERT_TRUE(window.state().edits().edit("eval_samples", QStringLiteral("50")).has_value());
  QSignalSpy finished(&window.state().sweep(), &SweepJob::finished);
  window.state().runStudy({}, false);
  ASSERT_TRUE(finished.wait(60'000));
  window.state().selection().setPoints({3});
  auto* table = window.findChild<QTableView*>(QStringLiteral("points"));
  ASSERT_NE(table, nullptr);
  EXPECT_EQ(table->selectionModel()->selectedRows().size(), 1);
}

TEST(MainWindow, ABadFileIsNamedInTheBannerAndChangesNothing) {
  MainWindow window;
  QSignalSpy failed(&window.state(), &AppState::failed);
  window.open(QStringLiteral(AXESCOPE_SOURCE_DIR "/README.md"));
  ASSERT_TRUE(failed.wait(30'000));
  EXPECT_TRUE(failed.first().first().toString().contains(QStringLiteral("README.md")));
  EXPECT_EQ(window.state().model(), nullptr);
}

TEST(MainWindow, TheMemoryOfSweepsIsChosenOnceForAll) {
  {
    MainWindow window;
    EXPECT_EQ(window.state().memory(), 0);
    ASSERT_GE(window.actions().memory->actions().size(), 2);
    window.actions().memory->actions()[1]->trigger();
    EXPECT_EQ(window.state().memory(), std::int64_t{1} << 30);
  }
  MainWindow next;
  EXPECT_EQ(next.state().memory(), std::int64_t{1} << 30);
  EXPECT_TRUE(next.actions().memory->actions()[1]->isChecked());
  next.actions().memory->actions()[0]->trigger();
  EXPECT_EQ(next.state().memory(), 0);
}

}  // namespace
}  // namespace axescope::ui
