// SPDX-License-Identifier: GPL-3.0-or-later
// Widgets need an application; the tests draw on the offscreen platform.
#include <QApplication>
#include <QStandardPaths>

#include <gtest/gtest.h>

#include "core/hdf5/read_worker.h"
#include "tests/ui/first_picture.h"
#include "tests/ui/killed_window.h"

int main(int argc, char** argv) {
  if (argc == 2 && argv[1] == std::string_view(axescope::hdf5::readWorkerCommand))
    return axescope::hdf5::runReadWorker();
  // On whatever platform it is asked for.
  if (argc > 1 && argv[1] == axescope::ui::untilFirstPicture) {
    return axescope::ui::runUntilFirstPicture(argc - 1, argv + 1);
  }
  qputenv("QT_QPA_PLATFORM", "offscreen");
  QStandardPaths::setTestModeEnabled(true);
  const QApplication application(argc, argv);
  QApplication::setOrganizationName(QStringLiteral("AxeScopeTests"));
  if (argc > 1 && argv[1] == axescope::ui::sweepUntilKilled) return axescope::ui::runSweepUntilKilled();
  if (argc > 1 && argv[1] == axescope::ui::sweepOrResume) return axescope::ui::runSweepOrResume();
  ::testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}
