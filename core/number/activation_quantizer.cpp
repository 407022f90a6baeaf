// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/activation_quantizer.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <limits>

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

  std::int16_t operator()(float value) const {
    const double steps = roundHalfEven(std::clamp(static_cast<double>(value) / scale, low, high));
    return static_cast<std::int16_t>(static_cast<std::int32_t>(steps) + zeroPoint);
  }
};

}  // namespace

std::int16_t ActivationQuantizer::quantize(float value) const {
  return Rounding(*this)(value);
}

float ActivationQuantizer::dequantize(std::int64_t code) const {
  return static_cast<float>(scale * static_cast<double>(code - zeroPoint));
}

void ActivationQuantizer::quantize(std::span<const float> values, std::span<std::int16_t> codes) const {
  assert(values.size() == codes.size());
  const Rounding rounding(*this);
  for (std::size_t i = 0; i < values.size(); ++i) codes[i] = rounding(values[i]);
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

}  // namespace axescope
