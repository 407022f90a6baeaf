// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/sweep_job.h"

#include <new>
#include <utility>

#include "core/base/parallel.h"
#include "core/base/thread_start.h"
#include "core/study/runner.h"

namespace axescope::ui {

namespace {

constexpr int deliveryInterval = 100;  // milliseconds

Error noMemory(const SweepRequest& request) {
  return {ErrorCode::tooLarge, request.resultsPath.toStdString(), {}, "memory to go on", "not enough"};
}

}  // namespace

SweepJob::SweepJob(QObject* parent) : QObject(parent) {
  ticker_.setInterval(deliveryInterval);
  connect(&ticker_, &QTimer::timeout, this, &SweepJob::deliver);
}

SweepJob::~SweepJob() {
  cancel();
}

void SweepJob::start(const SweepRequest& request) {
  cancel();
  if (worker_.joinable()) worker_.join();
  {
    const std::scoped_lock lock(mutex_);
    opened_.reset();
    arrived_.clear();
    done_ = total_ = found_ = 0;
    holding_ = ended_ = false;
    outcome_.reset();
  }
  running_ = true;
  paused_ = false;
  clock_.start();
  ticker_.start();
  Q_EMIT started();
  try {
    worker_ = startThread<std::jthread>([this, request](std::stop_token stop) { run(std::move(stop), request); });
  } catch (const std::bad_alloc&) {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    outcome_ = noMemory(request);
  }
}

void SweepJob::cancel() {
  worker_.request_stop();
  resumed_.notify_all();
}

void SweepJob::setPaused(bool paused) {
  if (paused == paused_ || !running_) return;
  paused_ = paused;
  {
    const std::scoped_lock lock(mutex_);
    holding_ = paused;
  }
  resumed_.notify_all();
  Q_EMIT pausedChanged(paused);
}

SweepProgress SweepJob::progress() const {
  const std::scoped_lock lock(mutex_);
  SweepProgress progress{done_, total_, static_cast<double>(clock_.elapsed()) / 1000.0, std::nullopt};
  const auto left = remainingTime(static_cast<std::size_t>(done_ - found_), static_cast<std::size_t>(total_ - found_),
                                  std::chrono::duration<double>(progress.secondsSpent));
  if (left) progress.secondsLeft = left->count();
  return progress;
}

void SweepJob::run(std::stop_token stop, const SweepRequest& request) {
  // Nothing may leave the thread as an exception.
  Status status;
  try {
    status = runPointsOf(std::move(stop), request);
  } catch (const std::bad_alloc&) {
    status = fail(noMemory(request));
  }
  const std::scoped_lock lock(mutex_);
  ended_ = true;
  if (!status) outcome_ = status.error();
}

Status SweepJob::runPointsOf(std::stop_token stop, const SweepRequest& request) {
  AXESCOPE_TRY(std::vector<PointSettings> points, request.study.points(request.model->studyDefaults()));
  std::unique_ptr<ResultsFile> file;
  if (!request.resultsPath.isEmpty()) {
    const ResultsFile::Options options{request.resultsPath.toStdString(), std::nullopt, request.resume,
                                       request.processes};
    AXESCOPE_TRY(file, ResultsFile::open(options, request.provenance));
    const std::size_t wanted = points.size();
    points = remainingPoints(points, file->points());
    const std::scoped_lock lock(mutex_);
    total_ = static_cast<int>(wanted);
    done_ = found_ = static_cast<int>(wanted - points.size());
    opened_ = file->provenance();
    arrived_ = keptPoints(file->points(), points);
  } else {
    const std::scoped_lock lock(mutex_);
    total_ = static_cast<int>(points.size());
  }
  const PointSink sink = [&](const PointResult& result) -> Status {
    PointResult shown = result;  // before it counts as finished: afterwards little can fail
    if (file) AXESCOPE_CHECK(file->add(result));
    std::unique_lock lock(mutex_);
    arrived_.push_back(std::move(shown));
    ++done_;
    resumed_.wait(lock, stop, [&] { return !holding_; });
    return {};
  };
  Result<RunSummary> summary;
  withThreads(request.threads, [&] {
    summary = runPoints(*request.model, points, sink, Job{stop, {}, request.memory});
  });
  if (file) AXESCOPE_CHECK(file->finish());
  if (!summary) return fail(summary.error());
  return {};
}

void SweepJob::deliver() {
  std::optional<Provenance> opened;
  std::vector<PointResult> points;
  bool ended = false;
  std::optional<Error> outcome;
  {
    const std::scoped_lock lock(mutex_);
    opened.swap(opened_);
    points.swap(arrived_);
    ended = ended_;
    outcome = outcome_;
  }
  if (opened) Q_EMIT resultsOpened(*opened);
  if (!points.empty()) Q_EMIT pointsArrived(points);
  Q_EMIT progressChanged();
  if (!ended) return;
  ticker_.stop();
  running_ = false;
  paused_ = false;
  Q_EMIT finished(outcome);
}

}  // namespace axescope::ui
