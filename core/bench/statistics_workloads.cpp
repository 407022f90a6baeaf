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

Workload sums(std::int64_t k, std::int64_t samples) {
  return {.name = "statistics/s-and-g",
          .against = "sgemm",
          .yardstick = Yardstick::floatProduct,
          .target = Target::atLeast(0.75),
          .size = fmt::format("K {}, {} samples; S counts half a product", k, samples),
          .setup = [k, samples]() -> Result<ReadyWorkload> {
            const auto weight = std::make_shared<const MatrixF>(syntheticWeights(fewChannels, k));
            const auto inputs = std::make_shared<const SyntheticInputs>(syntheticInputs(samples, k));
            const auto run = [weight, inputs]() -> Status {
              if (gather(*weight, *inputs).samples != inputs->x.rows()) {
                return fail(ErrorCode::numerical, {}, {}, "statistics of all samples", "of others");
              }
              return {};
            };
            const auto side = static_cast<double>(k);
            return ReadyWorkload{{run, 1.5 * side * side * static_cast<double>(samples)}, {}};
          }};
}

Workload factor(std::int64_t k) {
  return {.name = "statistics/optq-factor",
          .against = "sgemm",
          .yardstick = Yardstick::floatProduct,
          .target = Target::atLeast(0.2),
          .size = fmt::format("K {}, float64, K³/3", k),
          .setup = [k]() -> Result<ReadyWorkload> {
            const auto h = std::make_shared<MatrixD>(syntheticStatistics(syntheticWeights(fewChannels, k)).s);
            h->diagonal().array() += 0.01 * h->diagonal().mean();
            const auto run = [h]() -> Status {
              AXESCOPE_CHECK(upperFactor(*h, "synthetic layer"));
              return {};
            };
            const auto side = static_cast<double>(k);
            return ReadyWorkload{{run, side * side * side / 3.0}, {}};
          }};
}

}  // namespace

std::vector<Workload> statisticsWorkloads(const BenchOptions& options) {
  const std::int64_t size = options.quick ? 256 : 4096;
  return {sums(size, size), factor(size)};
}

}  // namespace axescope::bench
