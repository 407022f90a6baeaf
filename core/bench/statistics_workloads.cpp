// SPDX-License-Identifier: GPL-3.0-or-later
#include <memory>

#include <fmt/format.h>

#include "core/bench/synthetic_layer.h"
#include "core/bench/workloads.h"
#include "core/linalg/cholesky.h"

namespace axescope::bench {

namespace {

// S and G belong to the inputs alone: few channels keep the output energies, which are gathered on the way, small.
constexpr std::int64_t fewChannels = 16;

TimedWork sums(std::int64_t k, std::int64_t samples) {
  const auto weight = std::make_shared<const MatrixF>(syntheticWeights(fewChannels, k));
  const auto inputs = std::make_shared<const SyntheticInputs>(syntheticInputs(samples, k));
  const auto run = [weight, inputs]() -> Status {
    if (gather(*weight, *inputs).samples == inputs->x.rows()) return {};
    return fail(ErrorCode::numerical, {}, {}, "statistics of all samples", "of others");
  };
  const auto side = static_cast<double>(k);
  return {run, 1.5 * side * side * static_cast<double>(samples)};
}

TimedWork factor(std::int64_t k) {
  const auto h = std::make_shared<MatrixD>(syntheticStatistics(syntheticWeights(fewChannels, k)).s);
  h->diagonal().array() += 0.01 * h->diagonal().mean();
  const auto run = [h]() -> Status {
    AXESCOPE_CHECK(upperFactor(*h, "synthetic layer"));
    return {};
  };
  const auto side = static_cast<double>(k);
  return {run, side * side * side / 3.0};
}

}  // namespace

std::vector<Workload> statisticsWorkloads(const BenchOptions& options) {
  const std::int64_t size = options.quick ? 256 : 4096;
  return {{.name = "statistics/s-and-g",
           .against = "sgemm",
           .yardstick = Yardstick::floatProduct,
           .target = Target::atLeast(0.75),
           .size = fmt::format("K {0}, {0} samples; S counts half a product", size),
           .setup = [size]() -> Result<ReadyWorkload> {
             return ReadyWorkload{sums(size, size), {}};
           }},
          {.name = "statistics/optq-factor",
           .against = "sgemm",
           .yardstick = Yardstick::floatProduct,
           .target = Target::atLeast(0.2),
           .size = fmt::format("K {}, float64, K³/3", size),
           .setup = [size]() -> Result<ReadyWorkload> {
             return ReadyWorkload{factor(size), {}};
           }}};
}

std::vector<GrowthSeries> statisticsGrowth(const BenchOptions& options) {
  const std::int64_t least = options.quick ? 64 : 1024;
  GrowthSeries byK{.name = "growth/statistics-k", .parameter = "K", .exponent = 2.0, .steps = {}};
  GrowthSeries bySamples{.name = "growth/statistics-samples", .parameter = "samples", .steps = {}};
  GrowthSeries factorByK{.name = "growth/optq-factor-k", .parameter = "K", .exponent = 3.0, .steps = {}};
  for (const std::int64_t times : {1, 2, 4}) {
    const std::int64_t value = times * least;
    byK.steps.push_back({value, [=]() -> Result<TimedWork> { return sums(value, least); }});
    bySamples.steps.push_back({value, [=]() -> Result<TimedWork> { return sums(least, value); }});
    factorByK.steps.push_back({value, [=]() -> Result<TimedWork> { return factor(value); }});
  }
  return {byK, bySamples, factorByK};
}

}  // namespace axescope::bench
