// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/emulator.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdlib>
#include <numeric>

#include "core/datapath/accumulator.h"
#include "core/datapath/stepwise_lanes.h"

namespace axescope {

namespace {

constexpr std::int64_t samplesAtATime = 256;  // results of one block stay in the second-level cache

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
    case EmulationPath::stepwise:
      return "stepwise";
  }
  return {};
}

LayerEmulator::LayerEmulator(const CodeMatrix& codes, IntegerRange activations, const Datapath& datapath)
    : certificate_(codes, Tiling::of(codes.cols(), datapath.tileSize), activations, datapath.innerBits,
                   datapath.outerBits),
      datapath_(datapath),
      largestProduct_(largestMagnitude(codes) * std::max(-activations.low, activations.high)),
      channelOfRow_(static_cast<std::size_t>(codes.rows())),
      codes_(codes.rows(), codes.cols()) {
  datapath_.outerBits = certificate_.outerBits();
  std::iota(channelOfRow_.begin(), channelOfRow_.end(), std::int64_t{0});
  std::vector<EmulationPath> paths(channelOfRow_.size());
  std::transform(channelOfRow_.begin(), channelOfRow_.end(), paths.begin(),
                 [this](std::int64_t channel) { return path(channel, CountOverflows::no); });
  std::stable_sort(channelOfRow_.begin(), channelOfRow_.end(), [&](std::int64_t a, std::int64_t b) {
    return paths[static_cast<std::size_t>(a)] < paths[static_cast<std::size_t>(b)];
  });
  certifiedRows_ = std::count(paths.begin(), paths.end(), EmulationPath::certifiedProduct);
  productRows_ = certifiedRows_ + std::count(paths.begin(), paths.end(), EmulationPath::wrapProduct);

  for (Eigen::Index row = 0; row < codes.rows(); ++row) {
    codes_.row(row) = codes.row(channelOfRow_[static_cast<std::size_t>(row)]);
  }
  if (fitByte(activations) && fitSignedByte(codes_)) {
    narrowCodes_.resize(static_cast<std::size_t>(codes_.size()));
    std::transform(codes_.data(), codes_.data() + codes_.size(), narrowCodes_.begin(),
                   [](std::int16_t code) { return static_cast<std::int8_t>(code); });
  }
}

EmulationPath LayerEmulator::path(std::int64_t channel, CountOverflows count) const {
  if (certificate_.guaranteed(channel)) return EmulationPath::certifiedProduct;
  if (count == CountOverflows::yes) return EmulationPath::stepwise;
  const bool wraps = datapath_.innerOverflow == Overflow::wrap || innerGuaranteed(certificate_, channel);
  return wraps ? EmulationPath::wrapProduct : EmulationPath::stepwise;
}

LayerEmulator::Group LayerEmulator::group(EmulationPath path, CountOverflows count) const {
  const std::int64_t stepwiseFrom = count == CountOverflows::yes ? certifiedRows_ : productRows_;
  switch (path) {
    case EmulationPath::certifiedProduct:
      return {0, certifiedRows_};
    case EmulationPath::wrapProduct:
      return {certifiedRows_, stepwiseFrom - certifiedRows_};
    case EmulationPath::stepwise:
      break;
  }
  return {stepwiseFrom, codes_.rows() - stepwiseFrom};
}

CodeRows LayerEmulator::rows(Group group) const {
  const std::int64_t offset = group.first * codes_.cols();
  return {.bytes = narrowCodes_.empty() ? nullptr : narrowCodes_.data() + offset,
          .words = codes_.data() + offset,
          .channels = group.channels,
          .k = codes_.cols()};
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
    for (ChannelOverflow& channel : statistics->channels) channel.dotProducts += samples;
  }
  const CountOverflows count = statistics == nullptr ? CountOverflows::no : CountOverflows::yes;
  for (std::int64_t first = 0; first < samples; first += samplesAtATime) {
    const std::int64_t block = std::min(samplesAtATime, samples - first);
    const CodeView rows = activations.from(first);
    Word* blockOut = out + first * outStride;
    runProduct(rows, block, group(EmulationPath::certifiedProduct, count), certifiedStages, blockOut, outStride);
    runProduct(rows, block, group(EmulationPath::wrapProduct, count), tileStages(datapath_, certificate_.tiling()),
               blockOut, outStride);
    runStepwise(rows, block, group(EmulationPath::stepwise, count), blockOut, outStride, statistics);
  }
}

template <class Word>
void LayerEmulator::runProduct(CodeView activations, std::int64_t samples, Group group, const ProductStages& stages,
                               Word* out, std::int64_t outStride) const {
  if (group.channels == 0) return;
  const bool signedActivations = certificate_.activations().low < 0;
  const auto firstChannel = channelOfRow_.begin() + group.first;
  const bool inPlace = *(firstChannel + group.channels - 1) - *firstChannel == group.channels - 1;
  if (inPlace) {
    multiplyInStages(activations, signedActivations, samples, rows(group), stages, out + *firstChannel, outStride);
    return;
  }
  std::vector<Word> results(static_cast<std::size_t>(samples * group.channels));
  multiplyInStages(activations, signedActivations, samples, rows(group), stages, results.data(), group.channels);
  for (std::int64_t s = 0; s < samples; ++s) {
    const Word* from = results.data() + s * group.channels;
    for (std::int64_t i = 0; i < group.channels; ++i) out[s * outStride + firstChannel[i]] = from[i];
  }
}

template <class Word>
void LayerEmulator::runStepwise(CodeView activations, std::int64_t samples, Group group, Word* out,
                                std::int64_t outStride, OverflowStatistics* statistics) const {
  if (group.channels == 0) return;
  const std::int64_t k = codes_.cols();
  std::vector<std::int16_t> inLanes(static_cast<std::size_t>(k * stepwiseLanes));
  std::vector<std::int64_t> results(static_cast<std::size_t>(stepwiseLanes));
  for (std::int64_t first = 0; first < samples; first += stepwiseLanes) {
    const std::int64_t count = std::min(stepwiseLanes, samples - first);
    transposeIntoLanes(activations.from(first), count, k, stepwiseLanes, inLanes.data());
    for (std::int64_t row = group.first; row < group.first + group.channels; ++row) {
      const std::int64_t channel = channelOfRow_[static_cast<std::size_t>(row)];
      ChannelOverflow* overflow =
          statistics == nullptr ? nullptr : &statistics->channels[static_cast<std::size_t>(channel)];
      emulateInLanes(codes_.data() + row * k, inLanes.data(), largestProduct_, certificate_, channel, datapath_,
                     results.data(), overflow);
      for (std::int64_t s = 0; s < count; ++s) {
        out[(first + s) * outStride + channel] = static_cast<Word>(results[static_cast<std::size_t>(s)]);
      }
    }
  }
}

}  // namespace axescope
