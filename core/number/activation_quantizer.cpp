// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/activation_quantizer.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>

#include "core/number/scale_grid.h"
#include "core/number/weight_quantizer.h"

namespace axescope {

namespace {

// Clipping before rounding gives the same code, because the ends are integers, and keeps the conversion in range.
struct Rounding {
  double scale;
  double low;   // μ − zeroPoint
  double high;  // ν − zeroPoint
  std::int32_t zeroPoint;

  explicit Rounding(const ActivationQuantizer& quantizer)
      : scale(quantizer.scale),
        low(static_cast<double>(quantizer.range().low - quantizer.zeroPoint)),
        high(static_cast<double>(quantizer.range().high - quantizer.zeroPoint)),
        zeroPoint(static_cast<std::int32_t>(quantizer.zeroPoint)) {
    assert(quantizer.range().high <= std::numeric_limits<std::int16_t>::max());
  }

  std::int32_t operator()(float value) const {
    const double steps = roundHalfEven(std::clamp(static_cast<double>(value) / scale, low, high));
    return static_cast<std::int32_t>(steps) + zeroPoint;
  }
};

// The same codes from a product in float32, except where it comes so near to a rounding tie that its error could
// decide: then it says so. The reciprocal and the product are each off by at most 2^−24 of the value.
class QuickRounding {
 public:
  explicit QuickRounding(const Rounding& exact)
      : inverse_(static_cast<float>(1.0 / exact.scale)),
        low_(static_cast<float>(exact.low)),
        high_(static_cast<float>(exact.high)),
        zeroPoint_(exact.zeroPoint) {
    constexpr float relativeError = 0x1p-22F;  // twice the bound
    sure_ = 0.5F - std::max(-low_, high_) * relativeError;
  }

  /// Narrow enough a range that few values come near a tie, and a reciprocal of full precision.
  bool usable() const {
    constexpr float leastSure = 0.4995F;
    return std::isnormal(inverse_) && sure_ > leastSure;
  }

  /// False where one of the codes may be another.
  template <class Code>
  bool operator()(std::span<const float> values, Code* codes) const {
    // Adding 1.5·2^23 leaves the nearest integer, ties to even, in the lowest bits.
    constexpr float shift = 0x1.8p23F;
    constexpr auto shiftBits = std::bit_cast<std::int32_t>(shift);
    const float inverse = inverse_;
    const float low = low_;
    const float high = high_;
    const float sure = sure_;
    const std::int32_t offset = zeroPoint_ - shiftBits;
    std::int32_t unsure = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      float steps = values[i] * inverse;
      steps = steps < low ? low : steps;
      steps = steps > high ? high : steps;
      const float shifted = steps + shift;
      const float distance = std::abs(steps - (shifted - shift));
      unsure |= distance < sure ? 0 : 1;  // NaN too
      codes[i] = static_cast<Code>(std::bit_cast<std::int32_t>(shifted) + offset);
    }
    return unsure == 0;
  }

 private:
  float inverse_;
  float low_;
  float high_;
  float sure_;
  std::int32_t zeroPoint_;
};

template <class Code>
void quantizeAll(const ActivationQuantizer& quantizer, std::span<const float> values, std::span<Code> codes) {
  assert(values.size() == codes.size());
  constexpr std::size_t piece = 64;  // done again where one value is unsure
  const Rounding exact(quantizer);
  const QuickRounding quick(exact);
  const bool tryQuick = quick.usable();
  for (std::size_t first = 0; first < values.size(); first += piece) {
    const auto part = values.subspan(first, std::min(piece, values.size() - first));
    Code* const target = codes.data() + first;
    if (tryQuick && quick(part, target)) continue;
    std::transform(part.begin(), part.end(), target, [&](float value) { return static_cast<Code>(exact(value)); });
  }
}

}  // namespace

std::int16_t ActivationQuantizer::quantize(float value) const {
  return static_cast<std::int16_t>(Rounding(*this)(value));
}

float ActivationQuantizer::dequantize(std::int64_t code) const {
  return static_cast<float>(scale * static_cast<double>(code - zeroPoint));
}

void ActivationQuantizer::quantize(std::span<const float> values, std::span<std::int16_t> codes) const {
  quantizeAll(*this, values, codes);
}

void ActivationQuantizer::quantize(std::span<const float> values, std::span<std::int8_t> codes) const {
  quantizeAll(*this, values, codes);
}

void ActivationQuantizer::quantize(std::span<const float> values, std::span<std::uint8_t> codes) const {
  quantizeAll(*this, values, codes);
}

ActivationQuantizer activationQuantizer(double low, double high, int bits, ActivationEncoding encoding) {
  assert(bits >= 1 && bits <= mostCodeBits && low <= high);
  ActivationQuantizer quantizer{.bits = bits, .encoding = encoding};
  const IntegerRange codes = quantizer.range();
  const bool symmetric =
      encoding == ActivationEncoding::signedSymmetric || encoding == ActivationEncoding::unsignedSymmetric;
  const double l = symmetric ? 0.0 : std::min(low, 0.0);
  const double h =
      encoding == ActivationEncoding::signedSymmetric ? std::max(std::abs(low), std::abs(high)) : std::max(high, 0.0);
  const std::int64_t steps = symmetric ? codes.high : codes.high - codes.low;
  assert(steps > 0);
  if (h > l) quantizer.scale = (h - l) / static_cast<double>(steps);
  if (!symmetric) {
    // −l/scale lies in [0, steps] up to rounding, so the sum lies in [μ, ν] after the clip.
    const double offset = std::clamp(roundHalfEven(-l / quantizer.scale), 0.0, static_cast<double>(steps));
    quantizer.zeroPoint = codes.low + static_cast<std::int64_t>(offset);
  }
  return quantizer;
}

ActivationQuantizer withPowerOfTwoScale(ActivationQuantizer quantizer) {
  const double scale = powerOfTwoAbove(quantizer.scale);
  // A zero point of 0 stays: so symmetric codes keep theirs.
  const std::int64_t low = quantizer.zeroPoint == 0 ? 0 : quantizer.range().low;
  const auto distance = static_cast<double>(quantizer.zeroPoint - low);
  quantizer.zeroPoint = low + static_cast<std::int64_t>(roundHalfEven(distance * quantizer.scale / scale));
  quantizer.scale = scale;
  return quantizer;
}

}  // namespace axescope
