// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/budget/certificate.h"

#include <cassert>
#include <cstddef>
#include <limits>
#include <utility>

#include "core/budget/bounds.h"

namespace axescope {

namespace {

IntegerRange operator+(IntegerRange a, IntegerRange b) {
  return {a.low + b.low, a.high + b.high};
}

/// The largest of value(0) … value(count − 1), and `least` when there are none.
template <class T, class Value>
T largest(std::int64_t count, T least, Value value) {
  for (std::int64_t i = 0; i < count; ++i) least = std::max(least, value(i));
  return least;
}

}  // namespace

std::vector<TileSums> tileSums(std::span<const std::int16_t> codes, const Tiling& tiling) {
  std::vector<TileSums> sums(static_cast<std::size_t>(tiling.tiles()));
  for (std::int64_t tile = 0; tile < tiling.tiles(); ++tile) {
    TileSums& sum = sums[static_cast<std::size_t>(tile)];
    for (std::int64_t column = tiling.begin(tile); column < tiling.end(tile); ++column) {
      sum.add(codes[static_cast<std::size_t>(column)]);
    }
  }
  return sums;
}

bool fits(IntegerRange extremes, int accumulatorBits) {
  const std::int64_t limit = accumulatorLimit(accumulatorBits);
  return extremes.high <= limit && extremes.low >= -limit;
}

Certificate::Certificate(const CodeMatrix& codes, Tiling tiling, IntegerRange activations, int innerBits, int outerBits,
                         TileMultipliers multipliers, std::vector<int> channelInnerBits)
    : channels_(codes.rows()),
      tiling_(tiling),
      multipliers_(std::move(multipliers)),
      activations_(activations),
      innerBits_(innerBits),
      channelInnerBits_(std::move(channelInnerBits)),
      outerBits_(outerBits) {
  assert(tiling.k == codes.cols() && tiling.tileSize >= 1);
  assert(multipliers_.fit(channels_, tiling_));
  assert(activations.low <= 0 && activations.high >= 0);
  assert(innerBits >= leastAccumulatorBits && innerBits <= mostAccumulatorBits);
  assert(channelInnerBits_.empty() || channelInnerBits_.size() == static_cast<std::size_t>(channels_));
  sums_.reserve(static_cast<std::size_t>(channels_ * tiling_.tiles()));
  for (std::int64_t c = 0; c < channels_; ++c) {
    const std::vector<TileSums> sums =
        tileSums({codes.data() + c * tiling_.k, static_cast<std::size_t>(tiling_.k)}, tiling_);
    sums_.insert(sums_.end(), sums.begin(), sums.end());
  }
  if (outerBits_ == 0) {
    const int smallest =
        largest(channels_, leastAccumulatorBits, [this](std::int64_t c) { return exactBound(outerExtremes(c)); });
    outerBits_ = std::min(smallest, mostAccumulatorBits);
  }
}

bool Certificate::innerGuaranteed(std::int64_t channel, std::int64_t tile) const {
  return fits(sums(channel, tile).extremes(activations_), innerBits(channel));
}

IntegerRange Certificate::handedOver(std::int64_t channel, std::int64_t tile, IntegerRange inner) const {
  const std::int64_t multiplier = multipliers_.ofTile(channel, tile);
  return {multiplier * inner.low, multiplier * inner.high};
}

// One of an unproven tile's extremes lies outside its accumulator's range, so that standing in this range adds no more
// than the larger of them: no overflow here while those sum to less than 2^62.
IntegerRange Certificate::outerExtremes(std::int64_t channel) const {
  IntegerRange total;
  for (std::int64_t t = 0; t < tiling_.tiles(); ++t) {
    const bool proven = innerGuaranteed(channel, t);
    total = total + handedOver(channel, t,
                               proven ? sums(channel, t).extremes(activations_) : twosComplement(innerBits(channel)));
  }
  return total;
}

bool Certificate::outerGuaranteed(std::int64_t channel) const {
  return fits(outerExtremes(channel), outerBits_);
}

bool Certificate::guaranteed(std::int64_t channel) const {
  for (std::int64_t t = 0; t < tiling_.tiles(); ++t) {
    if (!innerGuaranteed(channel, t)) return false;
  }
  return outerGuaranteed(channel);
}

bool Certificate::guaranteed() const {
  for (std::int64_t c = 0; c < channels_; ++c) {
    if (!guaranteed(c)) return false;
  }
  return true;
}

int Certificate::smallestInnerBits(std::int64_t channel) const {
  return largest(tiling_.tiles(), leastAccumulatorBits,
                 [this, channel](std::int64_t t) { return exactBound(sums(channel, t).extremes(activations_)); });
}

int Certificate::smallestOuterBits(std::int64_t channel) const {
  IntegerRange total;
  for (std::int64_t t = 0; t < tiling_.tiles(); ++t) {
    total = total + handedOver(channel, t, sums(channel, t).extremes(activations_));
  }
  return exactBound(total);
}

int Certificate::smallestInnerBits() const {
  return largest(channels_, leastAccumulatorBits, [this](std::int64_t c) { return smallestInnerBits(c); });
}

int Certificate::smallestOuterBits() const {
  return largest(channels_, leastAccumulatorBits, [this](std::int64_t c) { return smallestOuterBits(c); });
}

double Certificate::use(std::int64_t channel, std::int64_t tile) const {
  const IntegerRange extremes = sums(channel, tile).extremes(activations_);
  return static_cast<double>(std::max(extremes.high, -extremes.low)) /
         static_cast<double>(accumulatorLimit(innerBits(channel)));
}

double Certificate::use(std::int64_t channel) const {
  return largest(tiling_.tiles(), 0.0, [this, channel](std::int64_t t) { return use(channel, t); });
}

double Certificate::maxUse() const {
  return largest(channels_, 0.0, [this](std::int64_t c) { return use(c); });
}

int Certificate::headroomBits(std::int64_t channel, std::int64_t tile) const {
  return innerBits(channel) - exactBound(sums(channel, tile).extremes(activations_));
}

std::vector<std::int16_t> witness(std::span<const std::int16_t> codes, IntegerRange activations, Extreme extreme) {
  assert(activations.low >= std::numeric_limits<std::int16_t>::min());
  assert(activations.high <= std::numeric_limits<std::int16_t>::max());
  const auto low = static_cast<std::int16_t>(activations.low);
  const auto high = static_cast<std::int16_t>(activations.high);
  const std::int16_t forPositive = extreme == Extreme::highest ? high : low;
  const std::int16_t forNegative = extreme == Extreme::highest ? low : high;
  const auto idle = static_cast<std::int16_t>(std::clamp<std::int64_t>(0, activations.low, activations.high));
  std::vector<std::int16_t> x(codes.size());
  std::transform(codes.begin(), codes.end(), x.begin(), [=](std::int16_t q) {
    if (q == 0) return idle;
    return q > 0 ? forPositive : forNegative;
  });
  return x;
}

}  // namespace axescope
