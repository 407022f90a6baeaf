// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <memory>
#include <string_view>

#include "core/base/parallel.h"
#include "core/bench/workloads.h"
#include "core/network/evaluation.h"
#include "core/study/measurement.h"
#include "core/study/preparation.h"
#include "core/study/quantization.h"
#include "core/study/study.h"

namespace axescope::bench {

namespace {

constexpr std::int64_t quickSamples = 32;

// The network of a file, quantized to W8A8: 32 bits then hold any sum, so that every accumulator is guaranteed.
struct EvaluatedModel {
  std::unique_ptr<const Model> model;
  PointSettings settings;
  std::optional<Preparation> preparation;
  QuantizedModel quantized;

  std::int64_t samples() const { return model->evaluationCount(settings.evaluationSamples); }
};

Result<PointSettings> plainSettings(const BenchOptions& options) {
  Study study;
  const std::string samples = options.quick ? std::to_string(quickSamples) : "all";
  const std::initializer_list<std::pair<std::string_view, std::string_view>> settings{
      {"algorithm", "rtn"}, {"constraint", "none"},    {"weight_bits", "8"},          {"activation_bits", "8"},
      {"inner_bits", "32"}, {"eval_samples", samples}, {"calibration_samples", "128"}};
  for (const auto& [key, text] : settings) AXESCOPE_CHECK(study.set(key, text));
  AXESCOPE_TRY(const auto points, study.points({}));
  return points.front();
}

Result<std::shared_ptr<const EvaluatedModel>> evaluatedModel(const BenchOptions& options) {
  const auto evaluated = std::make_shared<EvaluatedModel>();
  AXESCOPE_TRY(evaluated->model, Model::open(options.model));
  const std::string file = evaluated->model->dump().fileName();
  if (!evaluated->model->canEvaluate()) {
    return fail(ErrorCode::notFound, file, "/eval/inputs", "a graph with evaluation inputs for --model", "none");
  }
  AXESCOPE_TRY(evaluated->settings, plainSettings(options));
  const PointSettings key = preparationKey(evaluated->settings);
  AXESCOPE_TRY(const MemoryPlan plan, planMemory(*evaluated->model, key, 0, availableThreads()));
  AXESCOPE_TRY(evaluated->preparation, Preparation::make(*evaluated->model, key, plan, {}));
  auto quantized = quantizeModels(*evaluated->model, *evaluated->preparation, std::span(&evaluated->settings, 1), {});
  AXESCOPE_TRY(evaluated->quantized, std::move(quantized.front()));
  return evaluated;
}

TimedWork floatForward(const std::shared_ptr<const EvaluatedModel>& evaluated) {
  const auto run = [evaluated]() -> Status {
    const Network& network = *evaluated->model->network();
    AXESCOPE_CHECK(
        forwardAll(network, evaluated->model->evaluationLoader(), evaluated->samples(), network.floatLayers(), {}));
    return {};
  };
  return {run, static_cast<double>(evaluated->samples())};
}

// All that a study does for a point once its codes are chosen: certificates, the integer network, its score.
TimedWork guaranteedEvaluation(const std::shared_ptr<const EvaluatedModel>& evaluated) {
  const auto run = [evaluated]() -> Status {
    EvaluationCache nothingKept(0);
    AXESCOPE_TRY(const MeasuredPoint point, measure(*evaluated->model, *evaluated->preparation, evaluated->quantized,
                                                    evaluated->settings, nullptr, nothingKept, {}));
    if (point.measurement.guaranteed) return {};
    return fail(ErrorCode::numerical, evaluated->model->dump().fileName(), {}, "guaranteed 32-bit accumulators",
                "a layer too long for them");
  };
  return {run, static_cast<double>(evaluated->samples())};
}

}  // namespace

std::vector<Workload> evaluationWorkloads(const BenchOptions& options) {
  if (options.model.empty()) return {};
  const std::string size = options.model.filename().string();
  return {{.name = "evaluation/float",
           .against = "",
           .yardstick = Yardstick::clock,
           .target = {},
           .size = size,
           .setup = [options]() -> Result<ReadyWorkload> {
             AXESCOPE_TRY(const auto evaluated, evaluatedModel(options));
             return ReadyWorkload{floatForward(evaluated), {}};
           },
           .unit = "images"},
          {.name = "evaluation/w8a8",
           .against = "float",
           .yardstick = Yardstick::otherRate,
           .target = {},
           .size = size + ", guaranteed 32-bit accumulators",
           .setup = [options]() -> Result<ReadyWorkload> {
             AXESCOPE_TRY(const auto evaluated, evaluatedModel(options));
             return ReadyWorkload{guaranteedEvaluation(evaluated), floatForward(evaluated)};
           },
           .unit = "images"}};
}

}  // namespace axescope::bench
