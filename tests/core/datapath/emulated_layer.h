// SPDX-License-Identifier: GPL-3.0-or-later
// A layer with random activations, run through LayerEmulator and compared with the reference, bit for bit.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "core/datapath/emulator.h"
#include "core/datapath/reference_emulator.h"
#include "random_codes.h"

namespace axescope {

struct EmulatedLayer {
  CodeMatrix codes;
  IntegerRange activations;
  Datapath datapath;
  CodeMatrix samples;  // samples×K
  CodeView::Type type = CodeView::Type::s16;
  std::int64_t padding = 0;  // unused elements between rows, of activations and of results
  OrderChoice order{};
  TileMultipliers multipliers{};
};

/// The samples as they would lie in memory.
class StoredActivations {
 public:
  explicit StoredActivations(const EmulatedLayer& layer)
      : type_(layer.type), stride_(layer.samples.cols() + layer.padding) {
    const auto size = static_cast<std::size_t>(layer.samples.rows() * stride_);
    if (type_ == CodeView::Type::s16) {
      words_.assign(size, 1);
      fill(layer.samples, words_);
    } else {
      bytes_.assign(size, 1);
      fill(layer.samples, bytes_);
    }
  }
  CodeView view() const {
    const void* data = type_ == CodeView::Type::s16 ? static_cast<const void*>(words_.data()) : bytes_.data();
    return {data, type_, stride_};
  }

 private:
  template <class Element>
  void fill(const CodeMatrix& samples, std::vector<Element>& elements) const {
    for (Eigen::Index s = 0; s < samples.rows(); ++s) {
      for (Eigen::Index k = 0; k < samples.cols(); ++k) {
        elements[static_cast<std::size_t>(s * stride_ + k)] = static_cast<Element>(samples(s, k));
      }
    }
  }
  CodeView::Type type_;
  std::int64_t stride_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::int16_t> words_;
};

inline void addTrace(const DotProductTrace& trace, ChannelOverflow& sum) {
  sum.merge({.dotProducts = 1,
             .overflowed = trace.overflowed() ? 1 : 0,
             .persistent = trace.persistent ? 1 : 0,
             .transient = trace.transient ? 1 : 0,
             .innerEvents = trace.innerEvents,
             .outerEvents = trace.outerEvents,
             .firstOverflow = trace.firstOverflow.value_or(-1),
             .largestPartialSum = trace.largestPartialSum});
}

/// Σ x² of each column.
inline std::vector<std::int64_t> energies(const CodeMatrix& samples) {
  std::vector<std::int64_t> sums(static_cast<std::size_t>(samples.cols()));
  for (Eigen::Index k = 0; k < samples.cols(); ++k) {
    sums[static_cast<std::size_t>(k)] = samples.col(k).cast<std::int64_t>().squaredNorm();
  }
  return sums;
}

inline LayerEmulator makeEmulator(const EmulatedLayer& layer) {
  const Tiling tiling = Tiling::of(layer.codes.cols(), layer.datapath.tileSize);
  return {layer.codes, layer.activations, layer.datapath,
          channelOrders(layer.order, tiling, layer.codes, energies(layer.samples)), layer.multipliers};
}

inline void addFinalSums(std::span<const std::int16_t> q, std::span<const std::int16_t> x, const Tiling& tiling,
                         OverflowDistribution& distribution) {
  distribution.tiles.resize(static_cast<std::size_t>(tiling.tiles()));
  for (std::int64_t t = 0; t < tiling.tiles(); ++t) {
    const auto begin = static_cast<std::size_t>(tiling.begin(t));
    const auto end = static_cast<std::size_t>(tiling.end(t));
    std::int64_t sum = 0;
    for (std::size_t k = begin; k < end; ++k) sum += std::int64_t{q[k]} * x[k];
    distribution.tiles[static_cast<std::size_t>(t)].add(sum);
  }
}

struct ReferenceRun {
  AccumulatorMatrix results;  // samples×C
  AccumulatorMatrix exact;
  std::vector<ChannelOverflow> overflows;  // the sum of the traces
  std::vector<OverflowDistribution> distributions;
};

inline ReferenceRun runReference(const EmulatedLayer& layer, const Datapath& resolved) {
  const Eigen::Index samples = layer.samples.rows();
  const Eigen::Index channels = layer.codes.rows();
  const auto k = static_cast<std::size_t>(layer.codes.cols());
  ReferenceRun run{AccumulatorMatrix(samples, channels), AccumulatorMatrix(samples, channels),
                   std::vector<ChannelOverflow>(static_cast<std::size_t>(channels)),
                   std::vector<OverflowDistribution>(static_cast<std::size_t>(channels))};
  const Tiling tiling = Tiling::of(layer.codes.cols(), resolved.tileSize);
  const std::vector<std::int64_t> energy = energies(layer.samples);
  for (Eigen::Index s = 0; s < samples; ++s) {
    for (Eigen::Index c = 0; c < channels; ++c) {
      const std::span q(layer.codes.row(c).data(), k);
      const std::span x(layer.samples.row(s).data(), k);
      const DotProductTrace trace = emulateDotProduct(
          q, x, resolved, accumulationOrder(layer.order, tiling, {q, energy}), layer.multipliers.ofTiles(c));
      run.results(s, c) = trace.result;
      run.exact(s, c) = trace.exact;
      addTrace(trace, run.overflows[static_cast<std::size_t>(c)]);
      OverflowDistribution& distribution = run.distributions[static_cast<std::size_t>(c)];
      addFinalSums(q, x, tiling, distribution);
      if (!trace.overflowed()) continue;
      distribution.firstOverflows.resize(k);
      ++distribution.firstOverflows[static_cast<std::size_t>(*trace.firstOverflow)];
    }
  }
  return run;
}

template <class Word>
AccumulatorMatrix runEmulator(const LayerEmulator& emulator, const EmulatedLayer& layer,
                              OverflowStatistics* statistics) {
  const StoredActivations stored(layer);
  const Eigen::Index samples = layer.samples.rows();
  const Eigen::Index channels = layer.codes.rows();
  const std::int64_t stride = channels + layer.padding;
  constexpr Word untouched = 77;
  std::vector<Word> out(static_cast<std::size_t>(samples * stride), untouched);
  emulator.run(stored.view(), samples, out.data(), stride, statistics);
  AccumulatorMatrix results(samples, channels);
  for (Eigen::Index s = 0; s < samples; ++s) {
    for (Eigen::Index c = 0; c < stride; ++c) {
      const Word value = out[static_cast<std::size_t>(s * stride + c)];
      if (c < channels) {
        results(s, c) = value;
      } else {
        EXPECT_EQ(value, untouched);
      }
    }
  }
  return results;
}

/// Results of every form of run, and the statistics of traced channels.
inline ReferenceRun expectBitForBit(const EmulatedLayer& layer) {
  const LayerEmulator emulator = makeEmulator(layer);
  const ReferenceRun reference = runReference(layer, emulator.datapath());
  OverflowStatistics statistics;
  EXPECT_EQ(runEmulator<std::int64_t>(emulator, layer, nullptr), reference.results);
  EXPECT_EQ(runEmulator<std::int64_t>(emulator, layer, &statistics), reference.results);
  if (emulator.resultFitsInt32()) {
    OverflowStatistics again;
    EXPECT_EQ(runEmulator<std::int32_t>(emulator, layer, nullptr), reference.results);
    EXPECT_EQ(runEmulator<std::int32_t>(emulator, layer, &again), reference.results);
    EXPECT_EQ(again.channels, statistics.channels);
  }
  EXPECT_EQ(statistics.dotLength, layer.codes.cols());
  OverflowStatistics detailed = OverflowStatistics::withDistributions(layer.codes.cols(), layer.codes.rows());
  EXPECT_EQ(runEmulator<std::int64_t>(emulator, layer, &detailed), reference.results);
  EXPECT_EQ(detailed.channels, statistics.channels);
  EXPECT_TRUE(statistics.distributions.empty());
  for (Eigen::Index c = 0; c < layer.codes.rows(); ++c) {
    const ChannelOverflow& traced = reference.overflows[static_cast<std::size_t>(c)];
    const bool certified = emulator.certificate().guaranteed(c);
    const ChannelOverflow expected = certified ? ChannelOverflow{.dotProducts = traced.dotProducts} : traced;
    EXPECT_EQ(statistics.channels[static_cast<std::size_t>(c)], expected) << "channel " << c;
    if (certified) {
      EXPECT_EQ(traced.overflowed, 0);
    }
    const auto at = static_cast<std::size_t>(c);
    EXPECT_EQ(detailed.distributions[at], certified ? OverflowDistribution{} : reference.distributions[at]) << c;
  }
  return reference;
}

}  // namespace axescope
