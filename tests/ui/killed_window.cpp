// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/killed_window.h"

#include <QApplication>
#include <QTest>

#include "ui/window/main_window.h"

namespace axescope::ui {

int runSweepUntilKilled() {
  MainWindow window;
  window.show();
  window.open(QStringLiteral(AXESCOPE_SOURCE_DIR "/samples/digits-cnn.h5"));
  constexpr int patience = 60'000;  // milliseconds
  if (!QTest::qWaitFor([&] { return window.state().model() != nullptr; }, patience)) return 1;
  for (const auto& [key, text] : {std::pair("algorithm", "optq,gpfq"),
                                  {"constraint", "none,axe"},
                                  {"inner_bits", "10:30"},
                                  {"tile", "16:64,full"},
                                  {"damping", "0.01,0.02,0.03,0.04"}}) {
    if (!window.state().edits().edit(key, QString::fromLatin1(text)).has_value()) return 1;
  }
  window.actions().run->trigger();
  return QApplication::exec();
}

}  // namespace axescope::ui
