// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/lane_layer.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <new>
#include <utility>

#include <hwy/aligned_allocator.h>

#include "core/datapath/accumulator.h"
#include "core/datapath/activation_strip.h"

namespace axescope {

namespace {

constexpr int narrowBits = 16;
constexpr int wideBits = 32;

constexpr std::int64_t mostSamplesAtATime = 256;               // share one pass over a tile's codes
constexpr std::int64_t outerBytes = std::int64_t{512} * 1024;  // of outer accumulators stay in the second-level cache

template <class Element>
class AlignedArray {
 public:
  explicit AlignedArray(std::int64_t size) : elements_(hwy::AllocateAligned<Element>(static_cast<std::size_t>(size))) {
    if (elements_ == nullptr) throw std::bad_alloc();
  }
  Element* data() { return elements_.get(); }

 private:
  hwy::AlignedFreeUniquePtr<Element[]> elements_;
};

bool steppedInNarrowLanes(LaneRule rule) {
  return rule == LaneRule::saturateShifted || rule == LaneRule::saturateClamped;
}

LaneCodesForm codesForm(LaneRule rule, const Datapath& datapath, bool byteCodes, TileMultipliers multipliers) {
  return {.cells = byteCodes && rule != LaneRule::saturateWide ? byteForm() : CellForm::words,
          .product = rule == LaneRule::product ? ProductColumns::all : ProductColumns::proven,
          .stepShift = rule == LaneRule::saturateShifted ? narrowBits - datapath.innerBits : 0,
          .multipliers = std::move(multipliers)};
}

}  // namespace

std::optional<LaneRule> laneRule(const Tiling& tiling, const Datapath& datapath, InnerEnds ends,
                                 std::int64_t largestProduct, std::int64_t largestMultiplier) {
  const auto registerHalf = [](int bits) { return -twosComplement(bits).low; };
  const std::int64_t mostWide = accumulatorLimit(wideBits);
  const std::int64_t largestSum = tiling.tileSize * largestProduct;
  const std::int64_t largestInner = std::min(largestSum, registerHalf(datapath.innerBits));
  const std::int64_t mostInner = mostWide / largestMultiplier;
  const bool outerEndsEarlier = datapath.outerBits <= wideBits &&
                                (datapath.outerOverflow == Overflow::wrap ||
                                 largestInner <= (mostWide - registerHalf(datapath.outerBits)) / largestMultiplier);
  const bool outerFits = outerEndsEarlier || largestInner <= mostInner / std::max<std::int64_t>(tiling.tiles(), 1);
  if (!outerFits) return {};
  if (ends != InnerEnds::saturate) {
    if (datapath.innerBits <= wideBits || largestSum <= mostWide) return LaneRule::product;
    return {};
  }
  if (datapath.innerBits <= narrowBits && largestProduct <= accumulatorLimit(datapath.innerBits)) {
    return LaneRule::saturateShifted;
  }
  if (datapath.innerBits <= narrowBits && largestProduct <= accumulatorLimit(narrowBits)) {
    return LaneRule::saturateClamped;
  }
  if (datapath.innerBits < wideBits && registerHalf(datapath.innerBits) + largestProduct <= mostWide) {
    return LaneRule::saturateWide;
  }
  return {};
}

/// Activations in the form of the codes.
struct LaneLayer::Rows {
  const std::byte* data = nullptr;
  std::int64_t elementBytes = 1;
  std::int64_t stride = 0;
  const std::byte* at(std::int64_t row, std::int64_t column) const {
    return data + (row * stride + column) * elementBytes;
  }
};

/// Memory for one tile of a strip.
class LaneLayer::Strip {
 public:
  Strip(std::int64_t columns, CellForm form, bool withWords)
      : form_(form),
        rows_(stripSamples() * paddedCells(columns, form)),
        cells_(stripSamples() * paddedCells(columns, form)),
        words_(withWords ? stripSamples() * paddedCells(columns, form) * columnsOf(form) : 1),
        withWords_(withWords) {}
  void fill(ActivationStrip activations) {
    activations.form = form_;
    transpose(activations, rows_.data(), cells_.data(), withWords_ ? words_.data() : nullptr);
  }
  const std::int32_t* cells() { return cells_.data(); }
  const std::int16_t* words() { return words_.data(); }

 private:
  CellForm form_;
  AlignedArray<std::int32_t> rows_;
  AlignedArray<std::int32_t> cells_;
  AlignedArray<std::int16_t> words_;
  bool withWords_;
};

LaneLayer::LaneLayer(const CodeMatrix& codes, std::vector<std::int64_t> channels, const Certificate& certificate,
                     const Datapath& datapath, LaneRule rule, bool byteCodes)
    : channels_(std::move(channels)),
      tiling_(certificate.tiling()),
      datapath_(datapath),
      rule_(rule),
      weighsTiles_(!certificate.multipliers().allOnes()),
      signedActivations_(certificate.activations().low < 0),
      codes_(codes, certificate, codesForm(rule, datapath, byteCodes, certificate.multipliers().of(channels_))) {}

void LaneLayer::addTiles(const Rows& rows, std::int64_t samples, Strip& strip, std::int32_t* outer) const {
  const bool clips = datapath_.outerOverflow == Overflow::saturate && datapath_.outerBits < wideBits;
  const IntegerRange outerRange = twosComplement(clips ? datapath_.outerBits : wideBits);
  const std::int64_t lanes = stripSamples();
  const auto channels = static_cast<std::int64_t>(channels_.size());
  for (std::int64_t tile = 0; tile < tiling_.tiles(); ++tile) {
    const std::int64_t begin = tiling_.begin(tile);
    const std::int64_t columns = tiling_.end(tile) - begin;
    for (std::int64_t first = 0; first < samples; first += lanes) {
      strip.fill({.rows = rows.at(first, begin),
                  .stride = rows.stride,
                  .samples = std::min(lanes, samples - first),
                  .columns = columns,
                  .isSigned = signedActivations_});
      addTile({.rule = rule_,
               .form = codes_.form(),
               .groups = codes_.groups(tile),
               .codeCells = codes_.cells().data(),
               .codeSteps = codes_.steps().data(),
               .columns = columns,
               .innerBits = std::min(datapath_.innerBits, wideBits),
               .weighsTiles = weighsTiles_,
               .outerClips = clips,
               .outerLow = static_cast<std::int32_t>(outerRange.low),
               .outerHigh = static_cast<std::int32_t>(outerRange.high),
               .cells = strip.cells(),
               .words = strip.words()},
              outer + first * channels);
    }
  }
}

template <class Word>
void LaneLayer::run(CodeView activations, std::int64_t samples, Word* out, std::int64_t outStride) const {
  const std::int64_t lanes = stripSamples();
  const auto channels = static_cast<std::int64_t>(channels_.size());
  const auto stripBytes = channels * lanes * static_cast<std::int64_t>(sizeof(std::int32_t));
  const std::int64_t strips = std::clamp<std::int64_t>(outerBytes / stripBytes, 1, mostSamplesAtATime / lanes);
  const std::int64_t block = std::min(strips, (samples + lanes - 1) / lanes) * lanes;
  Strip strip(tiling_.tileSize, codes_.form(), steppedInNarrowLanes(rule_));
  AlignedArray<std::int32_t> outer(block * channels);
  std::vector<std::uint8_t> byteStorage;
  std::vector<std::int16_t> wordStorage;
  for (std::int64_t first = 0; first < samples; first += block) {
    const std::int64_t count = std::min(block, samples - first);
    Rows rows;
    if (codes_.form() == CellForm::bytes) {
      const ByteRows bytes = asBytes(activations.from(first), count, tiling_.k, signedActivations_, byteStorage);
      rows = {static_cast<const std::byte*>(bytes.data), 1, bytes.stride};
    } else {
      const WordRows words = asWords(activations.from(first), count, tiling_.k, wordStorage);
      rows = {reinterpret_cast<const std::byte*>(words.data), sizeof(std::int16_t), words.stride};
    }
    std::fill_n(outer.data(), block * channels, 0);
    addTiles(rows, count, strip, outer.data());
    for (std::int64_t s = 0; s < count; ++s) {
      const std::int32_t* from = outer.data() + (s / lanes) * lanes * channels + s % lanes;
      Word* to = out + (first + s) * outStride;
      for (std::int64_t c = 0; c < channels; ++c) {
        const Word sum{from[c * lanes]};
        to[channels_[static_cast<std::size_t>(c)]] =
            datapath_.outerOverflow == Overflow::wrap ? wrapTo(sum, datapath_.outerBits) : sum;
      }
    }
  }
}

template void LaneLayer::run(CodeView, std::int64_t, std::int32_t*, std::int64_t) const;
template void LaneLayer::run(CodeView, std::int64_t, std::int64_t*, std::int64_t) const;

}  // namespace axescope
