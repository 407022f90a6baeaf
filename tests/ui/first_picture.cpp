// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/first_picture.h"

#include <QCoreApplication>
#include <QEvent>
#include <QMainWindow>
#include <QTimer>

#include "ui/application.h"

namespace axescope::ui {

namespace {

// Everything that is painted with the window is painted before the event loop comes back to the timer.
class EndsWithTheFirstPicture : public QObject {
 public:
  using QObject::QObject;
  bool eventFilter(QObject* watched, QEvent* event) override {
    if (event->type() == QEvent::Paint && qobject_cast<QMainWindow*>(watched) != nullptr) {
      QTimer::singleShot(0, QCoreApplication::instance(), &QCoreApplication::quit);
    }
    return false;
  }
};

void watchForTheFirstPicture() {
  QCoreApplication* application = QCoreApplication::instance();
  application->installEventFilter(new EndsWithTheFirstPicture(application));
}

}  // namespace

int runUntilFirstPicture(int argc, char** argv) {
  qAddPreRoutine(&watchForTheFirstPicture);
  return runApplication(argc, argv);
}

}  // namespace axescope::ui
