// SPDX-License-Identifier: GPL-3.0-or-later
// What the main window shows while files open and sweeps run.
#include "core/study/runner.h"
#include "ui/window/main_window.h"

namespace axescope::ui {

namespace {

struct FailedPoints {
  int count = 0;
  std::string first;  // its reason
};

FailedPoints failedPoints(const std::vector<PointResult>& points) {
  FailedPoints failed;
  for (const PointResult& point : points) {
    if (point.failed() && failed.count++ == 0) failed.first = point.failure;
  }
  return failed;
}

}  // namespace

void MainWindow::connectState() {
  connect(&state_, &AppState::opened, this, &MainWindow::remember);
  connect(&state_, &AppState::opened, this, &MainWindow::finishRestoring);
  connect(&state_, &AppState::failed, this, [this](const QString& line, const QString& path) {
    banner_->showText(line, Banner::Kind::error);
    finishRestoring(path);
  });
  connect(&state_, &AppState::themeChanged, this, &MainWindow::applyTheme);
  connect(&state_, &AppState::modelChanged, this, &MainWindow::showProgress);
  connect(&state_.inspection(), &InspectJob::changed, this, &MainWindow::showProgress);
  SweepJob& sweep = state_.sweep();
  for (const auto signal : {&SweepJob::started, &SweepJob::progressChanged}) {
    connect(&sweep, signal, this, &MainWindow::showProgress);
  }
  connect(&sweep, &SweepJob::pausedChanged, this, &MainWindow::showProgress);
  connect(&sweep, &SweepJob::started, this, [this] {
    // From here on a crash loses no finished point, and the next start finds them.
    static_cast<void>(saveSession(session(), lastSessionPath()));
    banner_->hide();
  });
  connect(&sweep, &SweepJob::finished, this, [this](const std::optional<Error>& error) {
    showProgress();
    if (error && error->code != ErrorCode::cancelled) {
      banner_->showText(QString::fromStdString(error->line()), Banner::Kind::error);
    } else if (error) {
      banner_->offer(tr("Stopped. Finished points are in %1").arg(state_.resultsPath()), Banner::Kind::note,
                     tr("Resume"), [this] { state_.resume(); });
    } else if (const auto failed = failedPoints(state_.points().points()); failed.count > 0) {
      banner_->showText(tr("%L1 of %L2 points failed: %3")
                            .arg(failed.count)
                            .arg(state_.points().rowCount())
                            .arg(QString::fromStdString(failed.first)),
                        Banner::Kind::error);
    } else if (!state_.resultsPath().isEmpty()) {
      banner_->showText(tr("All points are in %1").arg(state_.resultsPath()), Banner::Kind::note);
    }
  });
}

void MainWindow::showProgress() {
  const SweepJob& sweep = state_.sweep();
  const bool running = sweep.running();
  actions_.run->setEnabled(!running && state_.model() != nullptr);
  actions_.pause->setEnabled(running);
  actions_.pause->setText(sweep.paused() ? tr("&Go on") : tr("&Pause"));
  actions_.cancel->setEnabled(running);
  actions_.resume->setEnabled(state_.canResume());
  actions_.exportResults->setEnabled(!state_.points().points().empty());
  actions_.exportQuantized->setEnabled(state_.inspection().current() != nullptr);
  progress_->show(sweep);
}

// Results that lack points of their study, of a model that is open: a sweep that was interrupted.
void MainWindow::offerResume() {
  if (!state_.canResume() || state_.points().points().empty()) return;
  missingPoints_.start(
      [study = state_.edits().study(), done = state_.points().points(),
       defaults = state_.model()->studyDefaults()](const std::stop_token&) -> Result<std::size_t> {
        AXESCOPE_TRY(const auto wanted, study.points(defaults));
        return remainingPoints(wanted, done).size();
      },
      [this](const Result<std::size_t>& missing) {
        if (!missing || *missing == 0 || !state_.canResume()) return;
        banner_->offer(tr("%L1 points of this study are not done.").arg(*missing), Banner::Kind::note, tr("Resume"),
                       [this] { state_.resume(); });
      });
}

}  // namespace axescope::ui
