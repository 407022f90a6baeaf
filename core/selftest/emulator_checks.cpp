// SPDX-License-Identifier: GPL-3.0-or-later
// The emulator on random layers of any shape, width, sign, tiling, multipliers and overflow rule, against the reference
// that adds one product at a time; on each instruction set that the machine runs.
#include <fmt/format.h>

#include "core/bench/synthetic_layer.h"
#include "core/datapath/emulator.h"
#include "core/datapath/only_target.h"
#include "core/datapath/reference_emulator.h"
#include "core/selftest/check.h"

namespace axescope::selftest {

namespace {

using bench::Noise;

struct DrawnLayer {
  CodeMatrix codes;
  IntegerRange activations;
  Datapath datapath;
  CodeMatrix samples;
  TileMultipliers multipliers;
};

DrawnLayer drawLayer(Noise& noise) {
  const std::int64_t k = noise.between(1, 300);
  const bool isSigned = noise.between(0, 1) == 1;
  const int activationBits = static_cast<int>(noise.between(1, noise.between(0, 3) == 0 ? 15 : 8));
  const int weightBits = static_cast<int>(noise.between(1, noise.between(0, 3) == 0 ? 16 : 8));
  const IntegerRange activations =
      activationRange(activationBits, isSigned ? ActivationEncoding::signedSymmetric : ActivationEncoding::asymmetric);
  const std::int64_t tileSizes[] = {1, 9, 64, noise.between(1, k), 0};
  const Tiling tiling = Tiling::of(k, tileSizes[noise.between(0, 4)]);
  const std::int64_t channels = noise.between(1, 24);
  const IntegerRange multipliers{1, noise.between(0, 1) == 1 && weightBits <= 12 ? 15 : 1};
  DrawnLayer layer{.codes = noise.codes(channels, k, weightCodeRange(weightBits, WeightRange::full)),
                   .activations = activations,
                   .datapath = {.innerBits = static_cast<int>(noise.between(2, noise.between(0, 3) == 0 ? 40 : 18)),
                                .outerBits = noise.between(0, 3) == 0 ? 0 : static_cast<int>(noise.between(4, 50)),
                                .tileSize = tiling.tileSize,
                                .innerOverflow = static_cast<Overflow>(noise.between(0, 1)),
                                .outerOverflow = static_cast<Overflow>(noise.between(0, 1))},
                   .samples = noise.codes(noise.between(1, 17), k, activations),
                   .multipliers = {tiling, noise.codes(channels, tiling.tiles(), multipliers)}};
  return layer;
}

void compareLayer(const DrawnLayer& layer, int number, Comparison& comparison) {
  const LayerEmulator emulator(layer.codes, layer.activations, layer.datapath, {}, layer.multipliers);
  const Datapath& datapath = emulator.datapath();
  const AccumulationOrder order = AccumulationOrder::natural(emulator.certificate().tiling());
  const Eigen::Index samples = layer.samples.rows();
  const Eigen::Index channels = layer.codes.rows();
  const auto k = static_cast<std::size_t>(layer.codes.cols());
  const CodeView view{layer.samples.data(), CodeView::Type::s16, layer.codes.cols()};
  AccumulatorMatrix fast(samples, channels);
  AccumulatorMatrix counted(samples, channels);
  OverflowStatistics statistics;
  emulator.run(view, samples, fast.data(), channels, nullptr);
  emulator.run(view, samples, counted.data(), channels, &statistics);
  for (Eigen::Index c = 0; c < channels; ++c) {
    std::int64_t overflowed = 0;
    for (Eigen::Index s = 0; s < samples; ++s) {
      const DotProductTrace trace = emulateDotProduct({layer.codes.row(c).data(), k}, {layer.samples.row(s).data(), k},
                                                      datapath, order, layer.multipliers.ofTiles(c));
      overflowed += trace.overflowed() ? 1 : 0;
      for (const std::int64_t found : {fast(s, c), counted(s, c)}) {
        comparison.expect(found == trace.result, [&] {
          return fmt::format("layer {}, {}, sample {}, channel {}: {} instead of {}", number,
                             name(emulator.path(c, CountOverflows::no)), s, c, found, trace.result);
        });
      }
    }
    const std::int64_t found = statistics.channels[static_cast<std::size_t>(c)].overflowed;
    comparison.expect(found == overflowed, [&] {
      return fmt::format("layer {}, channel {}: {} overflows counted instead of {}", number, c, found, overflowed);
    });
  }
  ++comparison.cases;
}

Result<Comparison> compareOn(std::int64_t target, const Job& job) {
  constexpr int layers = 600;
  const OnlyTarget only(target);
  Comparison comparison;
  Noise noise(103);
  for (int number = 0; number < layers; ++number) {
    AXESCOPE_CHECK(job.check());
    compareLayer(drawLayer(noise), number, comparison);
  }
  return comparison;
}

}  // namespace

std::vector<Check> emulatorChecks() {
  std::vector<Check> checks;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    checks.push_back({fmt::format("emulated datapath, {}", hwy::TargetName(target)), "one addition at a time",
                      [target](const Job& job) { return compareOn(target, job); }});
  }
  return checks;
}

}  // namespace axescope::selftest
