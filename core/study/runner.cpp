// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/runner.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <set>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "core/base/parallel.h"
#include "core/ptq/budget_scale.h"
#include "core/ptq/magr.h"
#include "core/study/measurement.h"
#include "core/study/memory_plan.h"
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

// What quantizing takes, beside one recurrence without a search.
double relativeCost(const PointSettings& settings) {
  const bool corrected = settings.algorithm == Algorithm::optqCorrected || settings.algorithm == Algorithm::qronos;
  double cost = settings.algorithm == Algorithm::rtn ? 0.1 : corrected ? 1.5 : 1.0;
  if (settings.weightScale == WeightScale::budget) {
    double tries = 0.0;
    for (const SearchRound& round : scaleSearchRounds()) tries += static_cast<double>(round.multiples.size());
    cost *= tries;
  }
  if (settings.weightQuantizer == WeightQuantizer::automatic) cost *= static_cast<double>(weightQuantizers.size());
  if (settings.constraint == Constraint::axeInputs) cost *= SearchEffort{}.projectionSteps / 4.0;
  if (settings.preprocess == Preprocess::magr) cost += magrIterations;
  if (isTrained(settings.algorithm)) cost += settings.trainingSteps;
  return cost + settings.refineSweeps;
}

class Run {
 public:
  Run(const Model& model, std::size_t total, const PointSink& sink, const Job& job)
      : model_(model), total_(total), sink_(sink), job_(job), part_{job.stop, {}, job.memory} {}

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

  // Points with the same codes.
  using SameCodes = std::vector<PointSettings>;

  void prepared(const std::vector<PointSettings>& points) {
    const auto start = Clock::now();
    const PointSettings key = preparationKey(points.front());
    const auto plan = planMemory(model_, key, part_.memory, availableThreads());
    if (!plan) {
      failAll(points, plan.error(), 0.0);
      return;
    }
    std::optional<Result<Preparation>> made;
    try {
      made = Preparation::make(model_, key, *plan, part_);
    } catch (const std::bad_alloc&) {
      made = noMemory("these calibration inputs");
    }
    if (!*made) {
      failAll(points, made->error(), secondsSince(start));
      return;
    }
    ++summary_.preparations;
    shared_.emplace(plan->evaluation);
    const std::vector<std::vector<SameCodes>> batches = batchesOf(points, *plan);
    // Whoever is free takes the next batch; inside a batch the work is parallel too.
    std::atomic<std::size_t> next{0};
    parallelFor(std::min(batches.size(), static_cast<std::size_t>(plan->workers)), [&](std::size_t) {
      for (std::size_t batch = next++; batch < batches.size() && !halted(); batch = next++) {
        quantizedOnce(**made, batches[batch]);
      }
    });
  }

  // Batches that keep all workers at work, those that take longest first: then none is waited for at the end.
  std::vector<std::vector<SameCodes>> batchesOf(const std::vector<PointSettings>& points,
                                                const MemoryPlan& plan) const {
    std::vector<SameCodes> groups = groupBy(points, [](const PointSettings& p) { return quantizationKey(p); });
    std::stable_sort(groups.begin(), groups.end(), [](const SameCodes& a, const SameCodes& b) {
      return relativeCost(a.front()) > relativeCost(b.front());
    });
    const auto workers = static_cast<std::size_t>(plan.workers);
    const std::size_t most = std::clamp<std::size_t>((groups.size() + workers - 1) / workers, 1,
                                                     static_cast<std::size_t>(plan.pointsAtOnce));
    std::vector<std::vector<SameCodes>> batches;
    for (SameCodes& group : groups) {
      // Training takes long and shares nothing: such points come one by one.
      const bool joins = !batches.empty() && batches.back().size() < most && !isTrained(group.front().algorithm) &&
                         !isTrained(batches.back().front().front().algorithm);
      if (!joins) batches.emplace_back();
      batches.back().push_back(std::move(group));
    }
    return batches;
  }

  void quantizedOnce(const Preparation& preparation, const std::vector<SameCodes>& batch) {
    const auto start = Clock::now();
    std::vector<PointSettings> settings;
    for (const SameCodes& points : batch) settings.push_back(points.front());
    std::vector<Result<QuantizedModel>> quantized;
    try {
      quantized = quantizeModels(model_, preparation, settings, part_);
    } catch (const std::bad_alloc&) {
      if (batch.size() > 1) {
        for (const SameCodes& points : batch) quantizedOnce(preparation, {points});
        return;
      }
      quantized.clear();
      quantized.emplace_back(noMemory("this point"));
    }
    const double seconds = secondsSince(start) / static_cast<double>(batch.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (halted()) return;
      measuredAll(preparation, quantized[i], batch[i], seconds);
      quantized[i] = QuantizedModel{};  // no longer needed
    }
  }

  void measuredAll(const Preparation& preparation, const Result<QuantizedModel>& quantized, const SameCodes& points,
                   double seconds) {
    if (!quantized) {
      failAll(points, quantized.error(), seconds);
      return;
    }
    {
      const std::scoped_lock lock(mutex_);
      ++summary_.quantizations;
    }
    std::optional<Score> exactScore;
    for (const PointSettings& point : points) {
      if (halted()) return;
      measured(preparation, *quantized, point, seconds / static_cast<double>(points.size()), exactScore);
    }
  }

  void measured(const Preparation& preparation, const QuantizedModel& quantized, const PointSettings& point,
                double quantizationSeconds, std::optional<Score>& exactScore) {
    const auto start = Clock::now();
    const auto tried = [&]() -> Result<PointResult> {
      try {
        AXESCOPE_TRY(MeasuredPoint measurement,
                     measure(model_, preparation, quantized, point, &exactScore, *shared_, part_));
        PointResult result;
        result.settings = point;
        result.measurement = measurement.measurement;
        result.layers = std::move(measurement.layers);
        return result;
      } catch (const std::bad_alloc&) {
        return noMemory("this point");
      }
    };
    Result<PointResult> result = tried();
    if (!result) {
      failAll({point}, result.error(), secondsSince(start));
      return;
    }
    result->seconds = quantizationSeconds + secondsSince(start);
    deliver(*std::move(result));
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
    // No result is of two files: what it was computed from must still be what was opened.
    Status status = model_.checkUnchanged();
    if (status) status = offered(result);
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

  // Memory that is missing now may be there in a moment, and a finished point is worth waiting for.
  Status offered(const PointResult& result) {
    constexpr int attempts = 50;
    constexpr std::chrono::milliseconds pause{100};
    Status status = sink_(result);
    for (int attempt = 1; !status && status.error().code == ErrorCode::tooLarge && attempt < attempts && !halted();
         ++attempt) {
      std::this_thread::sleep_for(pause);
      status = sink_(result);
    }
    return status;
  }

  const Model& model_;
  std::size_t total_;
  const PointSink& sink_;
  const Job& job_;
  const Job part_;                         // for what happens inside a point: stops with the run, reports nothing
  std::optional<EvaluationCache> shared_;  // by points of one preparation
  std::mutex mutex_;
  RunSummary summary_;
  std::set<ErrorCode> failureCodes_;
  std::optional<Error> failure_;
};

}  // namespace

Result<RunSummary> runPoints(const Model& model, const std::vector<PointSettings>& points, const PointSink& sink,
                             const Job& job) {
  try {
    return Run(model, points.size(), sink, job).all(points);
  } catch (const std::bad_alloc&) {
    // Not even for saying that a point failed.
    return fail(ErrorCode::tooLarge, model.dump().fileName(), {}, "memory to go on", "not enough");
  }
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

std::vector<PointResult> keptPoints(std::vector<PointResult> done, const std::vector<PointSettings>& again) {
  std::unordered_set<std::string> retried;
  for (const PointSettings& point : again) retried.insert(toJson(point));
  std::erase_if(done, [&](const PointResult& p) { return p.failed() && retried.contains(toJson(p.settings)); });
  return done;
}

std::optional<std::chrono::duration<double>> remainingTime(std::size_t done, std::size_t total,
                                                           std::chrono::duration<double> spent) {
  if (done == 0) return std::nullopt;
  return spent * (static_cast<double>(total - std::min(done, total)) / static_cast<double>(done));
}

}  // namespace axescope
