// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/inspect_job.h"

#include <algorithm>
#include <utility>

namespace axescope::ui {

namespace {

constexpr std::size_t mostKept = 6;

}  // namespace

void InspectJob::start(const InspectRequest& request) {
  const auto same = [&](const auto& other) {
    return other.model == request.model && other.settings == request.settings;
  };
  const auto kept = std::find_if(kept_.begin(), kept_.end(), same);
  if (kept != kept_.end()) {
    job_.cancel();
    running_.reset();
    kept_.splice(kept_.begin(), kept_, kept);
    show(kept_.front().inspection);
    return;
  }
  if (job_.running() && running_ && same(*running_)) return;
  running_ = request;
  problem_.clear();
  job_.start(
      [request](const std::stop_token& stop) -> Answer {
        auto point = quantizePoint(*request.model, request.settings, request.provenance, inputSamples, Job{stop, {}});
        if (!point) return fail(point.error());
        return std::make_shared<const Inspection>(*std::move(point), request.title);
      },
      [this, request](const Answer& answer) { finish(request, answer); });
  Q_EMIT changed();
}

void InspectJob::finish(const InspectRequest& request, const Answer& answer) {
  running_.reset();
  if (answer) {
    kept_.push_front({request.model, request.settings, *answer});
    if (kept_.size() > mostKept) kept_.pop_back();
    show(*answer);
    return;
  }
  current_.reset();
  problem_ = QString::fromStdString(answer.error().line());
  Q_EMIT changed();
}

void InspectJob::cancel() {
  job_.cancel();
  running_.reset();
  Q_EMIT changed();
}

void InspectJob::show(std::shared_ptr<const Inspection> inspection) {
  current_ = std::move(inspection);
  problem_.clear();
  Q_EMIT changed();
}

}  // namespace axescope::ui
