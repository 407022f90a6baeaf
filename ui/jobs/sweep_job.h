// SPDX-License-Identifier: GPL-3.0-or-later
// One sweep in the background: start, pause, cancel; finished points arrive in batches, at most ten times a second.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QString>
#include <QTimer>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "core/study/model.h"
#include "core/study/point_result.h"
#include "core/study/provenance.h"
#include "core/study/results_file.h"
#include "core/study/study.h"

namespace axescope::ui {

struct SweepRequest {
  std::shared_ptr<const Model> model;
  Study study;
  Provenance provenance;  // of the study on the model
  QString resultsPath;    // empty: results stay in memory until exported
  bool resume = false;
  std::shared_ptr<hdf5::ReaderProcesses> processes = nullptr;  // that read results which are there already
  int threads = 0;                                             // 0: all
  std::int64_t memory = 0;                                     // bytes, as in Job
};

struct SweepProgress {
  int done = 0;
  int total = 0;
  double secondsSpent = 0;
  std::optional<double> secondsLeft;
};

class SweepJob : public QObject {
  Q_OBJECT
 public:
  explicit SweepJob(QObject* parent = nullptr);
  ~SweepJob() override;  // cancels and waits; finished points are on disk

  /// Ends a running sweep first. Points found on resume are delivered as the first batch.
  void start(const SweepRequest& request);
  void cancel();
  void setPaused(bool paused);
  bool running() const { return running_; }
  bool paused() const { return paused_; }
  SweepProgress progress() const;

 Q_SIGNALS:
  void started();
  /// Before the first batch: what the results file says of its rows, with the runs that this one resumes.
  void resultsOpened(const axescope::Provenance& provenance);
  void pointsArrived(const std::vector<axescope::PointResult>& points);
  void progressChanged();
  void pausedChanged(bool paused);
  /// After the last batch. `error` is empty when all points ended, code cancelled after cancel().
  void finished(const std::optional<axescope::Error>& error);

 private:
  void run(std::stop_token stop, const SweepRequest& request);
  Status runPointsOf(std::stop_token stop, const SweepRequest& request);
  void deliver();

  std::jthread worker_;
  QTimer ticker_;
  QElapsedTimer clock_;
  bool running_ = false;
  bool paused_ = false;

  mutable std::mutex mutex_;
  std::condition_variable_any resumed_;
  std::optional<Provenance> opened_;  // the results file's, not yet delivered
  std::vector<PointResult> arrived_;  // not yet delivered
  int done_ = 0;
  int total_ = 0;
  int found_ = 0;  // of done_, from a resumed file
  bool holding_ = false;
  bool ended_ = false;
  std::optional<Error> outcome_;
};

}  // namespace axescope::ui
