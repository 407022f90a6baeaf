// SPDX-License-Identifier: GPL-3.0-or-later
// Mixed precision from the study in the dock: what its widths cost each layer is measured in the background, and the
// study of the allocations takes its place.
#pragma once

#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QTimer>
#include <atomic>
#include <memory>

#include "core/study/allocation_study.h"
#include "ui/jobs/latest_job.h"
#include "ui/state/app_state.h"

namespace axescope::ui {

class AllocateDialog : public QDialog {
  Q_OBJECT
 public:
  /// `state` outlives the dialog.
  explicit AllocateDialog(AppState* state, QWidget* parent = nullptr);

  bool running() const { return job_.running(); }
  /// Stops what runs and stays open; closes when nothing runs.
  void reject() override;

 Q_SIGNALS:
  /// The study of the dock has been replaced.
  void allocated(int points);

 private:
  // Written by workers, read by the timer.
  struct Counted {
    std::atomic<std::size_t> done = 0;
    std::atomic<std::size_t> total = 0;
  };
  void showReadiness();
  void showRunning(bool running);
  void showProgress();
  void allocate();
  void finish(const Result<AllocatedStudy>& answer);

  AppState* state_;
  QLabel* study_;
  QComboBox* cost_;
  QSpinBox* points_;
  QSpinBox* samples_;
  QProgressBar* bar_;
  QLabel* problem_;
  QPushButton* start_;
  QPushButton* cancel_;
  QTimer ticker_;
  std::shared_ptr<Counted> counted_;
  LatestJob<Result<AllocatedStudy>> job_;
};

}  // namespace axescope::ui
