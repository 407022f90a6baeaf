// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <memory>

#include <fmt/format.h>

#include "core/base/parallel.h"
#include "core/bench/synthetic_layer.h"
#include "core/bench/workloads.h"
#include "core/datapath/emulator.h"
#include "core/datapath/reference_emulator.h"

namespace axescope::bench {

namespace {

constexpr std::int64_t tileSize = 64;
constexpr IntegerRange weightCodes{-7, 7};
constexpr IntegerRange activations{0, 255};
constexpr std::int64_t samplesAtOnce = 256;  // one piece of the parallel loop
// Any tile of 64 such products fits 18 bits: 64·7·255 < 2^17.
constexpr int provenBits = 18;

struct EmulationSize {
  std::int64_t channels = 0;
  std::int64_t k = 0;
  std::int64_t samples = 0;
};

EmulationSize sizeFor(const BenchOptions& options) {
  return options.quick ? EmulationSize{32, 256, 256} : EmulationSize{512, 4608, 4096};
}

struct CodedLayer {
  CodedLayer(EmulationSize size, const Datapath& datapath)
      : codes(Noise(3).codes(size.channels, size.k, weightCodes)),
        inputs(Noise(4).codes(size.samples, size.k, activations)),
        bytes(static_cast<std::size_t>(inputs.size())),
        emulator(codes, activations, datapath),
        out(static_cast<std::size_t>(size.samples * size.channels)) {
    std::transform(inputs.data(), inputs.data() + inputs.size(), bytes.begin(),
                   [](std::int16_t code) { return static_cast<std::uint8_t>(code); });
  }
  CodeMatrix codes;
  CodeMatrix inputs;
  std::vector<std::uint8_t> bytes;
  LayerEmulator emulator;
  std::vector<std::int32_t> out;
};

TimedWork emulation(const std::shared_ptr<CodedLayer>& layer, CountOverflows count) {
  const std::int64_t k = layer->codes.cols();
  const std::int64_t channels = layer->codes.rows();
  const std::int64_t samples = layer->inputs.rows();
  const auto run = [=]() -> Status {
    const auto pieces = static_cast<std::size_t>(samples / samplesAtOnce);
    std::vector<OverflowStatistics> counted(pieces);
    parallelFor(pieces, [&](std::size_t piece) {
      const std::int64_t first = static_cast<std::int64_t>(piece) * samplesAtOnce;
      const CodeView view{.data = layer->bytes.data(), .type = CodeView::Type::u8, .stride = k};
      layer->emulator.run(view.from(first), samplesAtOnce, layer->out.data() + first * channels, channels,
                          count == CountOverflows::yes ? &counted[piece] : nullptr);
    });
    return {};
  };
  return {run, static_cast<double>(channels) * static_cast<double>(k) * static_cast<double>(samples)};
}

// The step-by-step reference on a few dot products, which is enough to know its rate.
TimedWork stepByStep(const std::shared_ptr<CodedLayer>& layer) {
  constexpr std::int64_t referenceSamples = 8;
  constexpr std::int64_t referenceChannels = 32;
  const auto k = static_cast<std::size_t>(layer->codes.cols());
  const auto order =
      std::make_shared<const AccumulationOrder>(AccumulationOrder::natural(layer->emulator.certificate().tiling()));
  const auto run = [layer, order, k]() -> Status {
    std::vector<std::int64_t> results(static_cast<std::size_t>(referenceSamples * referenceChannels));
    parallelFor(static_cast<std::size_t>(referenceSamples), [&](std::size_t sample) {
      const std::span x(layer->inputs.data() + sample * k, k);
      for (std::size_t channel = 0; channel < static_cast<std::size_t>(referenceChannels); ++channel) {
        const std::span q(layer->codes.data() + channel * k, k);
        results[sample * static_cast<std::size_t>(referenceChannels) + channel] =
            emulateDotProduct(q, x, layer->emulator.datapath(), *order).result;
      }
    });
    for (std::int64_t sample = 0; sample < referenceSamples; ++sample) {
      for (std::int64_t channel = 0; channel < referenceChannels; ++channel) {
        const std::int64_t expected = results[static_cast<std::size_t>(sample * referenceChannels + channel)];
        if (layer->out[static_cast<std::size_t>(sample * layer->codes.rows() + channel)] == expected) continue;
        return fail(ErrorCode::numerical, {}, "emulation", fmt::format("{}", expected), "another accumulator");
      }
    }
    return {};
  };
  return {run, static_cast<double>(referenceSamples * referenceChannels) * static_cast<double>(k)};
}

struct EmulationRow {
  const char* name;
  int innerBits;
  Overflow overflow;
  Target target;
  CountOverflows count = CountOverflows::no;
};

Datapath datapathWith(int innerBits, Overflow overflow) {
  return {.innerBits = innerBits, .outerBits = 0, .tileSize = tileSize, .innerOverflow = overflow};
}

std::string sizeText(EmulationSize size, int innerBits) {
  return fmt::format("C {}, K {}, T {}, {} samples, W4A8, P_I {}", size.channels, size.k, tileSize, size.samples,
                     innerBits);
}

Workload againstProduct(const EmulationRow& row, EmulationSize size) {
  return {.name = std::string("emulation/") + row.name,
          .against = "u8s8s32",
          .yardstick = Yardstick::integerProduct,
          .target = row.target,
          .size = sizeText(size, row.innerBits),
          .setup = [row, size]() -> Result<ReadyWorkload> {
            const auto layer = std::make_shared<CodedLayer>(size, datapathWith(row.innerBits, row.overflow));
            return ReadyWorkload{emulation(layer, row.count), {}};
          }};
}

Workload againstReference(const EmulationRow& row, EmulationSize size) {
  return {.name = std::string("emulation/") + row.name,
          .against = "step by step",
          .yardstick = Yardstick::otherRate,
          .target = row.target,
          .size = sizeText(size, row.innerBits),
          .setup = [row, size]() -> Result<ReadyWorkload> {
            const auto layer = std::make_shared<CodedLayer>(size, datapathWith(row.innerBits, row.overflow));
            return ReadyWorkload{emulation(layer, row.count), stepByStep(layer)};
          }};
}

}  // namespace

std::vector<Workload> emulationWorkloads(const BenchOptions& options) {
  const EmulationSize size = sizeFor(options);
  using enum Overflow;
  std::vector<Workload> rows;
  for (const EmulationRow& row : {EmulationRow{"certified", provenBits, wrap, Target::atLeast(0.75)},
                                  EmulationRow{"wrap-16", 16, wrap, Target::atLeast(0.5)},
                                  EmulationRow{"wrap-12", 12, wrap, Target::atLeast(0.5)},
                                  EmulationRow{"saturate-16", 16, saturate, Target::atLeast(0.2)},
                                  EmulationRow{"saturate-12", 12, saturate, Target::atLeast(0.2)},
                                  EmulationRow{"saturate-10", 10, saturate, Target::atLeast(0.1)},
                                  EmulationRow{"wrap-16-counted", 16, wrap, {}, CountOverflows::yes},
                                  EmulationRow{"saturate-16-counted", 16, saturate, {}, CountOverflows::yes}}) {
    rows.push_back(againstProduct(row, size));
  }
  for (const EmulationRow& row : {EmulationRow{"saturate-16-speedup", 16, saturate, Target::atLeast(100.0)},
                                  EmulationRow{"saturate-12-speedup", 12, saturate, Target::atLeast(100.0)}}) {
    rows.push_back(againstReference(row, size));
  }
  return rows;
}

std::vector<GrowthSeries> emulationGrowth(const BenchOptions& options) {
  const EmulationSize least = options.quick ? EmulationSize{16, 64, 256} : EmulationSize{128, 1024, 1024};
  const auto step = [](std::int64_t value, EmulationSize size) -> GrowthStep {
    return {value, [size]() -> Result<TimedWork> {
              return emulation(std::make_shared<CodedLayer>(size, datapathWith(12, Overflow::saturate)),
                               CountOverflows::no);
            }};
  };
  GrowthSeries byK{.name = "growth/saturate-k", .parameter = "K", .steps = {}};
  GrowthSeries byChannels{.name = "growth/saturate-channels", .parameter = "C", .steps = {}};
  GrowthSeries bySamples{.name = "growth/saturate-samples", .parameter = "samples", .steps = {}};
  for (const std::int64_t times : {1, 2, 4}) {
    byK.steps.push_back(step(times * least.k, {least.channels, times * least.k, least.samples}));
    byChannels.steps.push_back(step(times * least.channels, {times * least.channels, least.k, least.samples}));
    bySamples.steps.push_back(step(times * least.samples, {least.channels, least.k, times * least.samples}));
  }
  return {byK, byChannels, bySamples};
}

}  // namespace axescope::bench
