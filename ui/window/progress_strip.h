// SPDX-License-Identifier: GPL-3.0-or-later
// How far the sweep is: points, a bar, time spent and left.
#pragma once

#include <QLabel>
#include <QProgressBar>
#include <QWidget>

#include "ui/jobs/sweep_job.h"

namespace axescope::ui {

class ProgressStrip : public QWidget {
  Q_OBJECT
 public:
  explicit ProgressStrip(QWidget* parent = nullptr);
  void show(const SweepJob& sweep);

 private:
  QLabel* points_;
  QProgressBar* bar_;
  QLabel* time_;
};

}  // namespace axescope::ui
