// SPDX-License-Identifier: GPL-3.0-or-later
// The same bits for any number of threads: statistics, factor, recurrence, search and refinement of whole layers.
#include <array>
#include <cstring>
#include <optional>
#include <set>
#include <span>

#include <fmt/format.h>

#include "core/base/parallel.h"
#include "core/bench/synthetic_layer.h"
#include "core/ptq/quantize_layer.h"
#include "core/selftest/check.h"

namespace axescope::selftest {

namespace {

struct Setting {
  const char* name;
  LayerOptions options;
};

std::array<Setting, 3> settings() {
  LayerOptions axe{.algorithm = Algorithm::gpfq, .innerBits = 14, .tileSize = 64};
  LayerOptions searched{.algorithm = Algorithm::optqCorrected,
                        .constraint = Constraint::axeInputs,
                        .weightScale = WeightScale::budget,
                        .innerBits = 13,
                        .tileSize = 64,
                        .refineSweeps = 2};
  LayerOptions free{.algorithm = Algorithm::optq, .constraint = Constraint::none};
  return {{{"gpfq, axe", axe}, {"optq-corrected, axe-inputs, budget-aware scales", searched}, {"optq", free}}};
}

Result<QuantizedWeights> quantized(const LayerOptions& options, const Job& job) {
  constexpr std::int64_t channels = 150;
  constexpr std::int64_t k = 288;
  constexpr std::int64_t samples = 1500;
  const MatrixF weight = bench::syntheticWeights(channels, k);
  const InputStatistics statistics = bench::gather(weight, bench::syntheticInputs(samples, k));
  AXESCOPE_TRY(const Feedback matrices, feedback(statistics, {options.algorithm, true, 0.01}, "layer"));
  return quantizeWeights(weight, std::nullopt, matrices, &statistics, options, job);
}

bool sameBits(std::span<const double> a, std::span<const double> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

Result<QuantizedWeights> onThreads(int threads, const LayerOptions& options, const Job& job) {
  std::optional<Result<QuantizedWeights>> answer;
  withThreads(threads, [&] { answer = quantized(options, job); });
  return *std::move(answer);
}

Result<Comparison> compareThreads(const Job& job) {
  Comparison comparison;
  int all = 1;
  withThreads(0, [&] { all = availableThreads(); });
  for (const Setting& setting : settings()) {
    AXESCOPE_TRY(const QuantizedWeights one, onThreads(1, setting.options, job));
    for (const int threads : std::set<int>{2, 3, all}) {
      AXESCOPE_CHECK(job.check());
      AXESCOPE_TRY(const QuantizedWeights several, onThreads(threads, setting.options, job));
      const auto at = [&](const char* what) {
        return [=] { return fmt::format("{}: {} on {} threads", setting.name, what, threads); };
      };
      for (Eigen::Index i = 0; i < one.codes.size(); ++i) {
        comparison.expect(one.codes.data()[i] == several.codes.data()[i], at("another code"));
      }
      comparison.expect(sameBits(one.scales, several.scales), at("another scale"));
      comparison.expect(sameBits(one.errorEnergy, several.errorEnergy), at("another error"));
      ++comparison.cases;
    }
  }
  return comparison;
}

}  // namespace

std::vector<Check> threadChecks() {
  return {{"layers on several threads", "the same on one thread", compareThreads}};
}

}  // namespace axescope::selftest
