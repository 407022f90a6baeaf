// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/requantizer.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "core/number/weight_quantizer.h"

namespace axescope {

namespace {

constexpr int productBits = 60;

// Bits of the widest multiplier that numbers up to `largest` allow.
int multiplierRoom(std::int64_t largest) {
  const auto bits = static_cast<int>(std::bit_width(static_cast<std::uint64_t>(std::max<std::int64_t>(largest, 1))));
  return std::max(1, productBits - bits);
}

std::int64_t roundedTimesPowerOfTwo(double value, int exponent) {
  return static_cast<std::int64_t>(roundHalfEven(std::ldexp(value, exponent)));
}

}  // namespace

Multiplier Multiplier::nearest(double factor, int bits, std::int64_t largest) {
  if (factor == 0.0) return {};
  const int room = multiplierRoom(largest);
  FixedPoint number = FixedPoint::nearest(factor, std::clamp(bits, 1, room));
  // Powers of two are shifts and nothing else.
  while (number.integer % 2 == 0 && number.shift > 0) {
    number.integer /= 2;
    --number.shift;
  }
  if (number.shift > mostShift) {
    number.integer = roundedTimesPowerOfTwo(static_cast<double>(number.integer), mostShift - number.shift);
    number.shift = mostShift;
  }
  if (number.shift < 0) {
    const double most = std::ldexp(1.0, room) - 1.0;
    number.integer = static_cast<std::int64_t>(std::clamp(number.value(), -most, most));
    number.shift = 0;
  }
  return {number.integer, number.shift};
}

std::vector<Multiplier> alignedMultipliers(std::span<const double> factors, int bits, std::int64_t largest) {
  double most = 0.0;
  for (const double factor : factors) most = std::max(most, std::abs(factor));
  int exponent = 0;
  std::frexp(most, &exponent);
  const int shift = std::clamp(std::min(bits, multiplierRoom(largest)) - exponent, 0, Multiplier::mostShift);
  std::vector<Multiplier> multipliers;
  const double room = std::ldexp(1.0, multiplierRoom(largest)) - 1.0;
  for (const double factor : factors) {
    const double number = std::clamp(std::ldexp(factor, shift), -room, room);
    multipliers.push_back({roundedTimesPowerOfTwo(number, 0), shift});
  }
  return multipliers;
}

Requantizer Requantizer::make(Multiplier factor, std::int64_t offset, const ActivationQuantizer& to) {
  return {.multiplier = factor.multiplier,
          .addend = offset * factor.multiplier + roundingHalf(factor.shift),
          .zero = to.zeroPoint,
          .low = to.range().low,
          .high = to.range().high,
          .shift = factor.shift};
}

Requantizer conversion(const ActivationQuantizer& from, const ActivationQuantizer& to, int bits) {
  const auto factor = Multiplier::nearest(from.scale / to.scale, bits, largestDistance(from));
  return Requantizer::make(factor, -from.zeroPoint, to);
}

std::int64_t largestDistance(const ActivationQuantizer& quantizer) {
  const IntegerRange range = quantizer.range();
  return std::max(quantizer.zeroPoint - range.low, range.high - quantizer.zeroPoint);
}

}  // namespace axescope
