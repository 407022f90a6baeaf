// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/killed_window.h"

#include <QApplication>
#include <QDir>
#include <QFileInfo>
#include <QTest>
#include <iostream>

#include "ui/state/text_view.h"
#include "ui/window/main_window.h"

namespace axescope::ui {

namespace {

using Edits = std::vector<std::pair<std::string, QString>>;

constexpr int patience = 60'000;  // milliseconds

bool startSweep(MainWindow& window, const Edits& edits) {
  window.open(QStringLiteral(AXESCOPE_SOURCE_DIR "/samples/digits-cnn.h5"));
  if (!QTest::qWaitFor([&] { return window.state().model() != nullptr; }, patience)) return false;
  for (const auto& [key, text] : edits) {
    if (!window.state().edits().edit(key, text).has_value()) return false;
  }
  window.actions().run->trigger();
  return true;
}

bool resumeSweep(MainWindow& window, const Session& session) {
  window.restore(session);
  if (!QTest::qWaitFor([&] { return window.actions().resume->isEnabled(); }, patience)) return false;
  window.actions().resume->trigger();
  return true;
}

}  // namespace

void WindowHome::start(QProcess& window, std::string_view argument) const {
  QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
  environment.insert(QStringLiteral("HOME"), folder_.path());
  window.setProcessEnvironment(environment);
  window.setProcessChannelMode(QProcess::ForwardedErrorChannel);
  window.start(QCoreApplication::applicationFilePath(), {fromView(argument)});
}

// The window's files live below its home.
QString WindowHome::sessionPath() const {
  return folder_.path() + MainWindow::lastSessionPath().mid(QDir::homePath().size());
}

int runSweepUntilKilled() {
  MainWindow window;
  window.show();
  const bool started = startSweep(window, {{"algorithm", QStringLiteral("optq,gpfq")},
                                           {"constraint", QStringLiteral("none,axe")},
                                           {"inner_bits", QStringLiteral("10:30")},
                                           {"tile", QStringLiteral("16:64,full")},
                                           {"damping", QStringLiteral("0.01,0.02,0.03,0.04")}});
  return started ? QApplication::exec() : 1;
}

int runSweepOrResume() {
  MainWindow window;
  window.show();
  const PointsModel& points = window.state().points();
  QObject::connect(&window.state().sweep(), &SweepJob::progressChanged, [&points, told = 0]() mutable {
    if (points.rowCount() == told) return;
    told = points.rowCount();
    std::cout << told << std::endl;
  });
  QObject::connect(&window.state().sweep(), &SweepJob::finished,
                   [](const std::optional<Error>& error) { QApplication::exit(error ? 1 : 0); });
  const auto session = loadSession(MainWindow::lastSessionPath());
  const bool goesOn = session && QFileInfo::exists(session->results);
  const bool started = goesOn ? resumeSweep(window, *session)
                              : startSweep(window, {{"algorithm", QStringLiteral("optq,gpfq")},
                                                    {"constraint", QStringLiteral("axe")},
                                                    {"inner_bits", QStringLiteral("10:21")},
                                                    {"tile", QStringLiteral("16,32,64,full")},
                                                    {"refine", QStringLiteral("4")}});
  return started ? QApplication::exec() : 1;
}

}  // namespace axescope::ui
