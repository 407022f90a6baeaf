// SPDX-License-Identifier: GPL-3.0-or-later
// One piece of work at a time in the background. A new one stops the one before, whose answer is dropped.
#pragma once

#include <QFutureWatcher>
#include <QObject>
#include <QtConcurrentRun>
#include <functional>
#include <memory>
#include <new>
#include <stop_token>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/error.h"

namespace axescope::ui {

template <class Answer>
class LatestJob {
 public:
  using Work = std::function<Answer(std::stop_token)>;
  using Done = std::function<void(Answer)>;

  LatestJob() = default;
  LatestJob(const LatestJob&) = delete;
  LatestJob& operator=(const LatestJob&) = delete;
  /// Stops and waits: the work may refer to what dies next.
  ~LatestJob() {
    cancel();
    for (QFuture<std::shared_ptr<Answer>>& future : futures_) future.waitForFinished();
  }

  /// `done` is called on the thread that called start(), unless another start() or cancel() comes first, or there was
  /// no memory for work whose answer cannot be an error.
  void start(Work work, Done done) {
    cancel();
    stop_ = std::stop_source();
    running_ = true;
    const int number = ++number_;
    auto* watcher = new QFutureWatcher<std::shared_ptr<Answer>>(&context_);
    QObject::connect(watcher, &QFutureWatcherBase::finished, &context_, [this, watcher, number, done] {
      watcher->deleteLater();
      if (number != number_) return;
      running_ = false;
      if (const auto answer = watcher->result()) done(std::move(*answer));
    });
    std::erase_if(futures_, [](const auto& future) { return future.isFinished(); });
    futures_.push_back(
        QtConcurrent::run([work = std::move(work), token = stop_.get_token()] { return answer(work, token); }));
    watcher->setFuture(futures_.back());
  }

  void cancel() {
    stop_.request_stop();
    ++number_;
    running_ = false;
  }
  bool running() const { return running_; }

 private:
  // An exception would end the window. Work for which there is no memory has an error as its answer, or none.
  static std::shared_ptr<Answer> answer(const Work& work, const std::stop_token& token) {
    try {
      return std::make_shared<Answer>(work(token));
    } catch (const std::bad_alloc&) {
      if constexpr (std::is_constructible_v<Answer, tl::unexpected<Error>>) {
        return std::make_shared<Answer>(fail(ErrorCode::tooLarge, {}, {}, "memory for this", "not enough"));
      } else {
        return nullptr;
      }
    }
  }

  QObject context_;
  std::vector<QFuture<std::shared_ptr<Answer>>> futures_;  // also of stopped work that still runs
  std::stop_source stop_;
  int number_ = 0;
  bool running_ = false;
};

}  // namespace axescope::ui
