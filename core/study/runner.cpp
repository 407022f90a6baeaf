// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/runner.h"

#include <atomic>
#include <mutex>
#include <new>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "core/base/parallel.h"
#include "core/study/measurement.h"
#include "core/study/preparation.h"
#include "core/study/quantization.h"
#include "core/study/study.h"

namespace axescope {

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// Points with the same key, in the order of their first appearance.
template <class Key>
std::vector<std::vector<PointSettings>> groupBy(const std::vector<PointSettings>& points, Key key) {
  std::unordered_map<std::string, std::size_t> numbers;
  std::vector<std::vector<PointSettings>> groups;
  for (const PointSettings& point : points) {
    const auto [found, isNew] = numbers.try_emplace(toJson(key(point)), groups.size());
    if (isNew) groups.emplace_back();
    groups[found->second].push_back(point);
  }
  return groups;
}

class Run {
 public:
  Run(const Model& model, std::size_t total, const PointSink& sink, const Job& job)
      : model_(model), total_(total), sink_(sink), job_(job), part_{job.stop, {}} {}

  Result<RunSummary> all(const std::vector<PointSettings>& points) {
    job_.report(0, total_, "preparing");
    for (const auto& sharing : groupBy(points, [](const PointSettings& p) { return preparationKey(p); })) {
      if (halted()) break;
      prepared(sharing);
    }
    if (failure_) return fail(*failure_);
    AXESCOPE_CHECK(job_.check());
    if (failureCodes_.size() == 1) summary_.failureCode = *failureCodes_.begin();
    return summary_;
  }

 private:
  bool halted() {
    const std::scoped_lock lock(mutex_);
    return failure_.has_value() || job_.stopped();
  }

  void prepared(const std::vector<PointSettings>& points) {
    const auto start = Clock::now();
    std::optional<Result<Preparation>> made;
    try {
      made = Preparation::make(model_, preparationKey(points.front()), part_);
    } catch (const std::bad_alloc&) {
      made = noMemory("these calibration inputs");
    }
    if (!*made) {
      failAll(points, made->error(), secondsSince(start));
      return;
    }
    const Preparation& preparation = **made;
    ++summary_.preparations;
    const auto groups = groupBy(points, [](const PointSettings& p) { return quantizationKey(p); });
    // Whoever is free takes the next group; inside a group the work is parallel too.
    std::atomic<std::size_t> next{0};
    parallelFor(std::min(groups.size(), static_cast<std::size_t>(availableThreads())), [&](std::size_t) {
      for (std::size_t group = next++; group < groups.size() && !halted(); group = next++) {
        quantizedOnce(preparation, groups[group]);
      }
    });
  }

  void quantizedOnce(const Preparation& preparation, const std::vector<PointSettings>& points) {
    const auto start = Clock::now();
    std::optional<Result<QuantizedModel>> quantized;
    try {
      quantized = quantizeModel(model_, preparation, points.front(), part_);
    } catch (const std::bad_alloc&) {
      quantized = noMemory("this point");
    }
    if (!*quantized) {
      failAll(points, quantized->error(), secondsSince(start));
      return;
    }
    {
      const std::scoped_lock lock(mutex_);
      ++summary_.quantizations;
    }
    const double share = secondsSince(start) / static_cast<double>(points.size());
    std::optional<DatapathScore> exactScore;
    for (const PointSettings& point : points) {
      if (halted()) return;
      measured(preparation, **quantized, point, share, exactScore);
    }
  }

  void measured(const Preparation& preparation, const QuantizedModel& quantized, const PointSettings& point,
                double quantizationSeconds, std::optional<DatapathScore>& exactScore) {
    const auto start = Clock::now();
    std::optional<Result<MeasuredPoint>> measurement;
    try {
      measurement = measure(model_, preparation, quantized, point, &exactScore, part_);
    } catch (const std::bad_alloc&) {
      measurement = noMemory("this point");
    }
    if (!*measurement) {
      failAll({point}, measurement->error(), secondsSince(start));
      return;
    }
    PointResult result;
    result.settings = point;
    result.measurement = (**measurement).measurement;
    result.layers = std::move((**measurement).layers);
    result.seconds = quantizationSeconds + secondsSince(start);
    deliver(std::move(result));
  }

  tl::unexpected<Error> noMemory(const char* what) const {
    return fail(ErrorCode::tooLarge, model_.dump().fileName(), {}, std::string("memory for ") + what, "not enough");
  }

  void failAll(const std::vector<PointSettings>& points, const Error& error, double seconds) {
    if (error.code == ErrorCode::cancelled) return;
    {
      const std::scoped_lock lock(mutex_);
      failureCodes_.insert(error.code);
    }
    for (const PointSettings& point : points) {
      PointResult result;
      result.settings = point;
      result.failure = error.line();
      result.seconds = seconds / static_cast<double>(points.size());
      deliver(std::move(result));
    }
  }

  void deliver(PointResult result) {
    const Status status = sink_(result);
    std::size_t done = 0;
    {
      const std::scoped_lock lock(mutex_);
      if (!status) {
        failure_ = status.error();
        return;
      }
      ++(result.failed() ? summary_.failed : summary_.finished);
      done = summary_.finished + summary_.failed;
    }
    job_.report(done, total_, "points");
  }

  const Model& model_;
  std::size_t total_;
  const PointSink& sink_;
  const Job& job_;
  const Job part_;  // for what happens inside a point: stops with the run, reports nothing
  std::mutex mutex_;
  RunSummary summary_;
  std::set<ErrorCode> failureCodes_;
  std::optional<Error> failure_;
};

}  // namespace

Result<RunSummary> runPoints(const Model& model, const std::vector<PointSettings>& points, const PointSink& sink,
                             const Job& job) {
  return Run(model, points.size(), sink, job).all(points);
}

std::vector<PointSettings> remainingPoints(const std::vector<PointSettings>& wanted,
                                           const std::vector<PointResult>& done) {
  std::unordered_set<std::string> finished;
  for (const PointResult& result : done) {
    if (!result.failed()) finished.insert(toJson(result.settings));
  }
  std::vector<PointSettings> remaining;
  for (const PointSettings& point : wanted) {
    if (!finished.contains(toJson(point))) remaining.push_back(point);
  }
  return remaining;
}

std::optional<std::chrono::duration<double>> remainingTime(std::size_t done, std::size_t total,
                                                           std::chrono::duration<double> spent) {
  if (done == 0) return std::nullopt;
  return spent * (static_cast<double>(total - std::min(done, total)) / static_cast<double>(done));
}

}  // namespace axescope
