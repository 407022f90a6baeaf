// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <fmt/format.h>

#include "core/bench/synthetic_layer.h"
#include "core/bench/workloads.h"
#include "core/number/weight_quantizer.h"
#include "core/ptq/feedback.h"
#include "core/ptq/recurrence.h"

namespace axescope::bench {

namespace {

constexpr int weightBits = 4;
constexpr int innerBits = 16;
constexpr std::int64_t tileSize = 128;

struct LayerSize {
  std::int64_t k = 0;
  std::int64_t channels = 0;
};

LayerSize sizeFor(const BenchOptions& options) {
  return options.quick ? LayerSize{256, 64} : LayerSize{4096, 1024};
}

struct GreedyLayer {
  MatrixF weight;
  std::vector<double> scales;
  Feedback matrices;
  AxeOptions axe;
};

Result<std::shared_ptr<const GreedyLayer>> greedyLayer(Algorithm algorithm, LayerSize size) {
  const auto layer = std::make_shared<GreedyLayer>();
  layer->weight = syntheticWeights(size.channels, size.k);
  layer->scales =
      weightScales(layer->weight, weightCodeRange(weightBits, WeightRange::narrow), WeightScaleRule::absmax);
  AXESCOPE_TRY(layer->matrices,
               feedback(syntheticStatistics(layer->weight), {.algorithm = algorithm}, "synthetic layer"));
  layer->axe.innerBits = innerBits;
  layer->axe.tiling = Tiling::of(size.k, tileSize);
  return layer;
}

enum class Accumulator { free, axe };

TimedWork quantization(const std::shared_ptr<const GreedyLayer>& layer, Accumulator accumulator) {
  const auto run = [layer, accumulator]() -> Status {
    const RecurrenceOptions options{.codes = weightCodeRange(weightBits, WeightRange::narrow),
                                    .axe = accumulator == Accumulator::axe ? &layer->axe : nullptr};
    const CodeMatrix codes = quantizeGreedily(layer->weight, layer->scales, layer->matrices, options);
    if (codes.size() != layer->weight.size()) return fail(ErrorCode::numerical, {}, {}, "codes", "none");
    return {};
  };
  // C·K² as the recurrence is written down: half for the target, half for the feedback. That OPTQ needs no target
  // product in our form is a gain, not less work.
  const auto k = static_cast<double>(layer->weight.cols());
  return {run, static_cast<double>(layer->weight.rows()) * k * k};
}

std::string sizeText(LayerSize size) {
  return fmt::format("K {}, C {}, W{}A8, P_I {}, T {}", size.k, size.channels, weightBits, innerBits, tileSize);
}

Workload againstProduct(const std::string& name, Algorithm algorithm, LayerSize size) {
  return {.name = "recurrence/" + name,
          .against = "sgemm",
          .yardstick = Yardstick::floatProduct,
          .target = Target::atLeast(0.5),
          .size = sizeText(size),
          .setup = [algorithm, size]() -> Result<ReadyWorkload> {
            AXESCOPE_TRY(const auto layer, greedyLayer(algorithm, size));
            return ReadyWorkload{quantization(layer, Accumulator::axe), {}};
          }};
}

Workload againstUnconstrained(const std::string& name, Algorithm algorithm, LayerSize size) {
  return {.name = "recurrence/" + name,
          .against = "unconstrained",
          .yardstick = Yardstick::otherTime,
          .target = Target::atMost(1.3),
          .size = sizeText(size),
          .setup = [algorithm, size]() -> Result<ReadyWorkload> {
            AXESCOPE_TRY(const auto layer, greedyLayer(algorithm, size));
            return ReadyWorkload{quantization(layer, Accumulator::axe), quantization(layer, Accumulator::free)};
          }};
}

}  // namespace

std::vector<Workload> recurrenceWorkloads(const BenchOptions& options) {
  const LayerSize size = sizeFor(options);
  return {againstProduct("gpfq-axe", Algorithm::gpfq, size), againstProduct("optq-axe", Algorithm::optq, size),
          againstUnconstrained("gpfq-axe-cost", Algorithm::gpfq, size),
          againstUnconstrained("optq-axe-cost", Algorithm::optq, size)};
}

std::vector<GrowthSeries> recurrenceGrowth(const BenchOptions& options) {
  const auto step = [](std::int64_t value, LayerSize size) -> GrowthStep {
    return {value, [size]() -> Result<TimedWork> {
              AXESCOPE_TRY(const auto layer, greedyLayer(Algorithm::gpfq, size));
              return quantization(layer, Accumulator::axe);
            }};
  };
  const LayerSize least = options.quick ? LayerSize{64, 32} : LayerSize{1024, 256};
  GrowthSeries byK{.name = "growth/recurrence-k", .parameter = "K", .exponent = 2.0, .steps = {}};
  GrowthSeries byChannels{.name = "growth/recurrence-channels", .parameter = "C", .steps = {}};
  for (const std::int64_t times : {1, 2, 4}) {
    byK.steps.push_back(step(times * least.k, {times * least.k, least.channels}));
    byChannels.steps.push_back(step(times * least.channels, {least.k, times * least.channels}));
  }
  return {byK, byChannels};
}

}  // namespace axescope::bench
