// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/emulator.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdlib>
#include <numeric>
#include <span>

#include "core/datapath/accumulator.h"
#include "core/datapath/byte_product.h"
#include "core/datapath/stepwise_lanes.h"

namespace axescope {

namespace {

constexpr std::int64_t samplesAtATime = 256;  // results of one block stay in the second-level cache

ChannelStatistics statisticsOf(OverflowStatistics* statistics, std::int64_t channel) {
  if (statistics == nullptr) return {};
  const auto at = static_cast<std::size_t>(channel);
  return {&statistics->channels[at], statistics->distributions.empty() ? nullptr : &statistics->distributions[at]};
}

bool fitByte(IntegerRange range) {
  const IntegerRange signedByte = twosComplement(8);
  return range.high <= 255 && (range.low >= 0 || (range.low >= signedByte.low && range.high <= signedByte.high));
}

std::int64_t largestMagnitude(const CodeMatrix& codes) {
  return std::accumulate(codes.data(), codes.data() + codes.size(), std::int64_t{0},
                         [](std::int64_t largest, std::int64_t code) { return std::max(largest, std::abs(code)); });
}

bool fitSignedByte(const CodeMatrix& codes) {
  return std::all_of(codes.data(), codes.data() + codes.size(),
                     [](std::int16_t code) { return holds(twosComplement(8), code); });
}

/// to[i×width] = from[columns[i]×width]
void gather(const std::int16_t* from, const std::vector<std::int64_t>& columns, std::int64_t width, std::int16_t* to) {
  for (const std::int64_t column : columns) to = std::copy_n(from + column * width, width, to);
}

bool innerGuaranteed(const Certificate& certificate, std::int64_t channel) {
  for (std::int64_t t = 0; t < certificate.tiling().tiles(); ++t) {
    if (!certificate.innerGuaranteed(channel, t)) return false;
  }
  return true;
}

}  // namespace

std::string_view name(EmulationPath path) {
  switch (path) {
    case EmulationPath::certifiedProduct:
      return "certified product";
    case EmulationPath::wrapProduct:
      return "wrap product";
    case EmulationPath::saturateShifted:
      return "saturate shifted";
    case EmulationPath::saturateClamped:
      return "saturate clamped";
    case EmulationPath::saturateWide:
      return "saturate wide";
    case EmulationPath::stepwise:
      return "stepwise";
  }
  return {};
}

LayerEmulator::LayerEmulator(const CodeMatrix& codes, IntegerRange activations, const Datapath& datapath,
                             const std::vector<AccumulationOrder>& orders, const TileMultipliers& multipliers)
    : certificate_(codes, Tiling::of(codes.cols(), datapath.tileSize), activations, datapath.innerBits,
                   datapath.outerBits, multipliers),
      datapath_(datapath),
      largestProduct_(largestMagnitude(codes) * std::max(-activations.low, activations.high)),
      bytes_(fitByte(activations) && fitSignedByte(codes)),
      unitBytes_(bytes_ && fitSignedByte(ChannelUnitCodes(codes, multipliers).codes())),
      channelOfRow_(static_cast<std::size_t>(codes.rows())),
      codes_(codes.rows(), codes.cols()) {
  datapath_.outerBits = certificate_.outerBits();
  std::iota(channelOfRow_.begin(), channelOfRow_.end(), std::int64_t{0});
  std::vector<Kind> kindOf(channelOfRow_.size());
  std::transform(channelOfRow_.begin(), channelOfRow_.end(), kindOf.begin(),
                 [this](std::int64_t channel) { return kind(channel); });
  std::stable_sort(channelOfRow_.begin(), channelOfRow_.end(), [&](std::int64_t a, std::int64_t b) {
    return kindOf[static_cast<std::size_t>(a)] < kindOf[static_cast<std::size_t>(b)];
  });
  for (Eigen::Index row = 0; row < codes.rows(); ++row) {
    codes_.row(row) = codes.row(channelOfRow_[static_cast<std::size_t>(row)]);
  }
  assert(orders.size() <= 1 || orders.size() == channelOfRow_.size());
  for (const AccumulationOrder& order : orders) orders_.push_back(order.columns());
  std::int64_t first = 0;
  for (const Kind each : kinds) {
    const std::int64_t channels = std::count(kindOf.begin(), kindOf.end(), each);
    if (channels > 0) addGroup(each, first, channels);
    first += channels;
  }
  if (!orders_.empty()) orderCodes(codes);
}

// Once the groups have theirs, only steps look at these codes.
void LayerEmulator::orderCodes(const CodeMatrix& codes) {
  for (Eigen::Index row = 0; row < codes.rows(); ++row) {
    const std::int64_t channel = channelOfRow_[static_cast<std::size_t>(row)];
    gather(codes.row(channel).data(), orderOf(channel), 1, codes_.row(row).data());
  }
}

const std::vector<std::int64_t>& LayerEmulator::orderOf(std::int64_t channel) const {
  return orders_.size() == 1 ? orders_.front() : orders_[static_cast<std::size_t>(channel)];
}

void LayerEmulator::addGroup(Kind kind, std::int64_t first, std::int64_t channels) {
  Group& group = groups_.emplace_back();
  group.kind = kind;
  group.path = pathOf(kind);
  group.first = first;
  group.channels = channels;
  if (group.path == EmulationPath::stepwise) return;
  const auto names =
      std::span(channelOfRow_).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(channels));
  if (group.path == EmulationPath::certifiedProduct) {
    const CodeMatrix codes = codes_.middleRows(first, channels);
    const TileMultipliers multipliers = certificate_.multipliers().of(names);
    const ChannelUnitCodes units(codes, multipliers);
    narrowCodes_.resize(static_cast<std::size_t>(codes.size()));
    std::transform(units.codes().data(), units.codes().data() + narrowCodes_.size(), narrowCodes_.begin(),
                   [](std::int16_t code) { return static_cast<std::int8_t>(code); });
    return;
  }
  group.lanes.emplace(codes_.middleRows(first, channels), std::vector<std::int64_t>(names.begin(), names.end()),
                      certificate_, datapath_, *laneRuleOf(kind), bytes_);
}

LayerEmulator::Kind LayerEmulator::kind(std::int64_t channel) const {
  if (certificate_.guaranteed(channel)) return Kind::guaranteed;
  const bool wraps = datapath_.innerOverflow == Overflow::wrap || innerGuaranteed(certificate_, channel);
  return wraps ? Kind::wrapsOrProven : Kind::saturates;
}

std::optional<LaneRule> LayerEmulator::laneRuleOf(Kind kind) const {
  // What wraps or is proven ends the same in any order.
  if (kind == Kind::saturates && !orders_.empty()) return std::nullopt;
  const InnerEnds ends = kind == Kind::saturates ? InnerEnds::saturate : InnerEnds::wrapOrProven;
  return laneRule(certificate_.tiling(), datapath_, ends, largestProduct_, certificate_.multipliers().largest());
}

EmulationPath LayerEmulator::pathOf(Kind kind) const {
  if (kind == Kind::guaranteed && unitBytes_) return EmulationPath::certifiedProduct;
  const std::optional<LaneRule> rule = laneRuleOf(kind);
  if (!rule) return EmulationPath::stepwise;
  switch (*rule) {
    case LaneRule::product:
      return EmulationPath::wrapProduct;
    case LaneRule::saturateShifted:
      return EmulationPath::saturateShifted;
    case LaneRule::saturateClamped:
      return EmulationPath::saturateClamped;
    case LaneRule::saturateWide:
      break;
  }
  return EmulationPath::saturateWide;
}

EmulationPath LayerEmulator::path(std::int64_t channel, CountOverflows count) const {
  const Kind channelKind = kind(channel);
  const bool counted = count == CountOverflows::yes && channelKind != Kind::guaranteed;
  return counted ? EmulationPath::stepwise : pathOf(channelKind);
}

void LayerEmulator::run(CodeView activations, std::int64_t samples, std::int32_t* out, std::int64_t outStride,
                        OverflowStatistics* statistics) const {
  assert(resultFitsInt32());
  runGroups(activations, samples, out, outStride, statistics);
}

void LayerEmulator::run(CodeView activations, std::int64_t samples, std::int64_t* out, std::int64_t outStride,
                        OverflowStatistics* statistics) const {
  runGroups(activations, samples, out, outStride, statistics);
}

template <class Word>
void LayerEmulator::runGroups(CodeView activations, std::int64_t samples, Word* out, std::int64_t outStride,
                              OverflowStatistics* statistics) const {
  if (statistics != nullptr) {
    if (statistics->channels.empty()) {
      statistics->dotLength = codes_.cols();
      statistics->channels.resize(channelOfRow_.size());
    }
    assert(statistics->channels.size() == channelOfRow_.size() && statistics->dotLength == codes_.cols());
    assert(statistics->distributions.empty() || statistics->distributions.size() == channelOfRow_.size());
    for (ChannelOverflow& channel : statistics->channels) channel.dotProducts += samples;
  }
  for (std::int64_t first = 0; first < samples; first += samplesAtATime) {
    const std::int64_t block = std::min(samplesAtATime, samples - first);
    const CodeView rows = activations.from(first);
    Word* blockOut = out + first * outStride;
    for (const Group& group : groups_) {
      OverflowStatistics* counts = group.kind == Kind::guaranteed ? nullptr : statistics;
      if (group.path == EmulationPath::certifiedProduct) {
        runProduct(rows, block, group, blockOut, outStride);
      } else if (group.lanes && counts == nullptr) {
        group.lanes->run(rows, block, blockOut, outStride);
      } else {
        runStepwise(rows, block, group, blockOut, outStride, counts);
      }
    }
  }
}

template <class Word>
void LayerEmulator::runProduct(CodeView activations, std::int64_t samples, const Group& group, Word* out,
                               std::int64_t outStride) const {
  const std::int64_t k = codes_.cols();
  const ByteCodes codes{narrowCodes_.data(), group.channels, k};
  std::vector<std::uint8_t> storage;
  const ByteRows rows = asBytes(activations, samples, k, certificate_.activations().low < 0, storage);
  const auto firstChannel = channelOfRow_.begin() + group.first;
  const bool inPlace = *(firstChannel + group.channels - 1) - *firstChannel == group.channels - 1;
  if (inPlace) {
    multiplyBytes(rows, samples, codes, out + *firstChannel, outStride);
    return;
  }
  std::vector<Word> results(static_cast<std::size_t>(samples * group.channels));
  multiplyBytes(rows, samples, codes, results.data(), group.channels);
  for (std::int64_t s = 0; s < samples; ++s) {
    const Word* from = results.data() + s * group.channels;
    for (std::int64_t i = 0; i < group.channels; ++i) out[s * outStride + firstChannel[i]] = from[i];
  }
}

template <class Word>
void LayerEmulator::runStepwise(CodeView activations, std::int64_t samples, const Group& group, Word* out,
                                std::int64_t outStride, OverflowStatistics* statistics) const {
  const std::int64_t k = codes_.cols();
  std::vector<std::int16_t> inLanes(static_cast<std::size_t>(k * stepwiseLanes));
  std::vector<std::int16_t> reordered(orders_.empty() ? 0 : inLanes.size());
  std::vector<std::int64_t> results(static_cast<std::size_t>(stepwiseLanes));
  for (std::int64_t first = 0; first < samples; first += stepwiseLanes) {
    const std::int64_t count = std::min(stepwiseLanes, samples - first);
    transposeIntoLanes(activations.from(first), count, k, stepwiseLanes, inLanes.data());
    if (orders_.size() == 1) {
      gather(inLanes.data(), orders_.front(), stepwiseLanes, reordered.data());
      inLanes.swap(reordered);
    }
    for (std::int64_t row = group.first; row < group.first + group.channels; ++row) {
      const std::int64_t channel = channelOfRow_[static_cast<std::size_t>(row)];
      const bool ownOrder = orders_.size() > 1;
      if (ownOrder) gather(inLanes.data(), orderOf(channel), stepwiseLanes, reordered.data());
      emulateInLanes(codes_.data() + row * k, ownOrder ? reordered.data() : inLanes.data(), largestProduct_,
                     certificate_, channel, datapath_, results.data(), statisticsOf(statistics, channel));
      for (std::int64_t s = 0; s < count; ++s) {
        out[(first + s) * outStride + channel] = static_cast<Word>(results[static_cast<std::size_t>(s)]);
      }
    }
  }
}

}  // namespace axescope
