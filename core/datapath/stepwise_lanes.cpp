// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/stepwise_lanes.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/datapath/accumulator.h"
#include "core/datapath/traced_tile.h"

// A build for any x86-64 machine compiles the lanes for newer ones too; the right copy is chosen when the program
// starts.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__AVX2__)
#define AXESCOPE_FOR_EACH_PROCESSOR __attribute__((target_clones("avx512f", "avx2", "default"), flatten))
#else
#define AXESCOPE_FOR_EACH_PROCESSOR
#endif

namespace axescope {

namespace {

/// What a channel's lanes have been through so far.
struct ChannelLanes {
  alignas(64) Lanes<std::int64_t> content{};
  alignas(64) Lanes<std::int64_t> handedOver{};     // what outer accumulators without ends would hold
  alignas(64) Lanes<std::int64_t> firstOverflow{};  // position, or never
  alignas(64) Lanes<std::int64_t> persistent{};
};

/// What addTracedTile does in 32 bits.
template <InnerRule rule>
void addWideTile(const std::int16_t* q, const std::int16_t* x, std::int64_t length, int bits,
                 TileLanes<std::int64_t>& tile) {
  tile.firstEvent.fill(never<std::int64_t>);
  for (std::int64_t step = 0; step < length; ++step) {
    const std::int32_t weight = q[step];
    const std::int16_t* activations = x + step * stepwiseLanes;
    for (std::size_t lane = 0; lane < tile.content.size(); ++lane) {
      const std::int32_t exactProduct = weight * activations[lane];
      const std::int64_t product = exactProduct;
      const std::int64_t sum = tile.content[lane] + product;
      const std::int64_t settled = rule == InnerRule::proven ? sum
                                   : rule == InnerRule::wrap ? wrapTo(sum, bits)
                                                             : saturateTo(sum, bits);
      tile.content[lane] = settled;
      tile.trueSum[lane] += product;
      tile.lowest[lane] = std::min(tile.lowest[lane], tile.trueSum[lane]);
      tile.highest[lane] = std::max(tile.highest[lane], tile.trueSum[lane]);
      if constexpr (rule != InnerRule::proven) {
        const bool overflow = settled != sum;
        tile.events[lane] += overflow ? 1 : 0;
        tile.firstEvent[lane] = std::min(tile.firstEvent[lane], overflow ? step : never<std::int64_t>);
      }
    }
  }
}

template <class Word>
void noteInner(const TileLanes<Word>& tile, std::int64_t firstPosition, int bits, ChannelLanes& lanes,
               ChannelOverflow& statistics) {
  const IntegerRange range = twosComplement(bits);
  std::int64_t events = 0;
  std::int64_t largest = 0;
  for (std::size_t lane = 0; lane < tile.content.size(); ++lane) {
    events += tile.events[lane];
    largest = std::max({largest, std::int64_t{tile.highest[lane]}, -std::int64_t{tile.lowest[lane]}});
    const std::int64_t first =
        tile.events[lane] != 0 ? firstPosition + std::int64_t{tile.firstEvent[lane]} : never<std::int64_t>;
    lanes.firstOverflow[lane] = std::min(lanes.firstOverflow[lane], first);
    lanes.persistent[lane] |= holds(range, tile.trueSum[lane]) ? 0 : 1;
  }
  statistics.innerEvents += events;
  statistics.largestPartialSum = std::max(statistics.largestPartialSum, largest);
}

template <class Word, Overflow rule>
void addToOuter(const TileLanes<Word>& tile, std::int64_t multiplier, int bits, ChannelLanes& lanes) {
  for (std::size_t lane = 0; lane < tile.content.size(); ++lane) {
    const std::int64_t sum = lanes.content[lane] + multiplier * std::int64_t{tile.content[lane]};
    lanes.content[lane] = rule == Overflow::wrap ? wrapTo(sum, bits) : saturateTo(sum, bits);
  }
}

/// Before addToOuter: the additions that will leave the outer range.
template <class Word>
void noteOuter(const TileLanes<Word>& tile, std::int64_t multiplier, std::int64_t lastPosition, int bits,
               ChannelLanes& lanes, ChannelOverflow& statistics) {
  const IntegerRange range = twosComplement(bits);
  std::int64_t events = 0;
  for (std::size_t lane = 0; lane < tile.content.size(); ++lane) {
    const std::int64_t content = multiplier * std::int64_t{tile.content[lane]};
    const std::int64_t event = holds(range, lanes.content[lane] + content) ? 0 : 1;
    lanes.handedOver[lane] += content;
    lanes.firstOverflow[lane] = std::min(lanes.firstOverflow[lane], event != 0 ? lastPosition : never<std::int64_t>);
    events += event;
  }
  statistics.outerEvents += events;
}

template <class Word>
void noteFinalSums(const TileLanes<Word>& tile, TileMoments& moments) {
  for (const Word sum : tile.trueSum) moments.add(sum);
}

void addTile(InnerRule rule, const std::int16_t* q, const std::int16_t* x, std::int64_t length, int bits,
             TileLanes<std::int32_t>& tile) {
  addTracedTile(rule, q, x, length, bits, tile);
}

void addTile(InnerRule rule, const std::int16_t* q, const std::int16_t* x, std::int64_t length, int bits,
             TileLanes<std::int64_t>& tile) {
  switch (rule) {
    case InnerRule::proven:
      return addWideTile<InnerRule::proven>(q, x, length, bits, tile);
    case InnerRule::wrap:
      return addWideTile<InnerRule::wrap>(q, x, length, bits, tile);
    case InnerRule::saturate:
      return addWideTile<InnerRule::saturate>(q, x, length, bits, tile);
  }
}

struct Tile {
  std::int64_t index = 0;
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t multiplier = 1;
  InnerRule rule = InnerRule::proven;
};

template <class Word>
void runTile(const Tile& at, const std::int16_t* q, const std::int16_t* x, const Datapath& datapath,
             ChannelLanes& lanes, const ChannelStatistics& statistics) {
  TileLanes<Word> tile;
  addTile(at.rule, q + at.begin, x + at.begin * stepwiseLanes, at.end - at.begin, datapath.innerBits, tile);
  if (statistics.counts != nullptr) {
    noteInner(tile, at.begin, datapath.innerBits, lanes, *statistics.counts);
    noteOuter(tile, at.multiplier, at.end - 1, datapath.outerBits, lanes, *statistics.counts);
  }
  if (statistics.distribution != nullptr) {
    noteFinalSums(tile, statistics.distribution->tiles[static_cast<std::size_t>(at.index)]);
  }
  if (datapath.outerOverflow == Overflow::wrap) {
    addToOuter<Word, Overflow::wrap>(tile, at.multiplier, datapath.outerBits, lanes);
  } else {
    addToOuter<Word, Overflow::saturate>(tile, at.multiplier, datapath.outerBits, lanes);
  }
}

void noteDotProducts(const ChannelLanes& lanes, int outerBits, ChannelOverflow& statistics) {
  const std::int64_t first = *std::min_element(lanes.firstOverflow.begin(), lanes.firstOverflow.end());
  if (first == never<std::int64_t>) return;
  statistics.firstOverflow = statistics.firstOverflow < 0 ? first : std::min(statistics.firstOverflow, first);
  const IntegerRange range = twosComplement(outerBits);
  for (std::size_t lane = 0; lane < lanes.content.size(); ++lane) {
    if (lanes.firstOverflow[lane] == never<std::int64_t>) continue;
    const bool persistent = lanes.persistent[lane] != 0 || !holds(range, lanes.handedOver[lane]);
    ++statistics.overflowed;
    ++(persistent ? statistics.persistent : statistics.transient);
  }
}

void noteFirstOverflows(const ChannelLanes& lanes, std::int64_t dotLength, OverflowDistribution& distribution) {
  for (const std::int64_t position : lanes.firstOverflow) {
    if (position == never<std::int64_t>) continue;
    if (distribution.firstOverflows.empty()) distribution.firstOverflows.resize(static_cast<std::size_t>(dotLength));
    ++distribution.firstOverflows[static_cast<std::size_t>(position)];
  }
}

}  // namespace

AXESCOPE_FOR_EACH_PROCESSOR
void emulateInLanes(const std::int16_t* q, const std::int16_t* x, std::int64_t largestProduct,
                    const Certificate& certificate, std::int64_t channel, const Datapath& datapath,
                    std::int64_t* results, const ChannelStatistics& statistics) {
  const Tiling& tiling = certificate.tiling();
  const InnerRule unproven = datapath.innerOverflow == Overflow::wrap ? InnerRule::wrap : InnerRule::saturate;
  const std::int64_t largestRegister = -twosComplement(datapath.innerBits).low;
  constexpr int wordBits = 32;
  ChannelLanes lanes;
  lanes.firstOverflow.fill(never<std::int64_t>);
  if (statistics.distribution != nullptr)
    statistics.distribution->tiles.resize(static_cast<std::size_t>(tiling.tiles()));
  for (std::int64_t t = 0; t < tiling.tiles(); ++t) {
    const IntegerRange extremes = certificate.sums(channel, t).extremes(certificate.activations());
    const bool proven = certificate.innerGuaranteed(channel, t);
    const Tile at{t, tiling.begin(t), tiling.end(t), certificate.multipliers().ofTile(channel, t),
                  proven ? InnerRule::proven : unproven};
    // Neither a register nor the true sum may leave the machine's integer.
    const bool registersFit = proven || largestRegister + largestProduct <= accumulatorLimit(wordBits);
    if (registersFit && fits(extremes, wordBits)) {
      runTile<std::int32_t>(at, q, x, datapath, lanes, statistics);
    } else {
      runTile<std::int64_t>(at, q, x, datapath, lanes, statistics);
    }
  }
  std::copy(lanes.content.begin(), lanes.content.end(), results);
  if (statistics.counts != nullptr) noteDotProducts(lanes, datapath.outerBits, *statistics.counts);
  if (statistics.distribution != nullptr) noteFirstOverflows(lanes, tiling.k, *statistics.distribution);
}

}  // namespace axescope
