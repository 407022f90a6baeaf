// SPDX-License-Identifier: GPL-3.0-or-later
// Scaling in integers: a multiplier and a shift in place of a float factor. core/README.md (31).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/number/activation_quantizer.h"
#include "core/number/integer_range.h"
#include "core/number/scale_grid.h"

namespace axescope {

/// multiplier·2^−shift stands for a factor; shift 0…mostShift.
struct Multiplier {
  static constexpr int mostShift = 60;

  std::int64_t multiplier = 0;
  int shift = 0;

  /// The nearest to `factor` (finite; 0 gives 0) with a multiplier of `bits` bits, fewer where products with numbers up
  /// to `largest` would not stay below 2^60. Factors that even so make larger numbers get the largest that does not.
  static Multiplier nearest(double factor, int bits, std::int64_t largest);
  /// The same factor times a whole number.
  Multiplier times(std::int64_t factor) const { return {multiplier * factor, shift}; }
};

/// With one shift for all, at which the largest factor has `bits` bits, fewer where products with numbers up to
/// `largest` would not stay below 2^60: so that products can be added before they are shifted.
std::vector<Multiplier> alignedMultipliers(std::span<const double> factors, int bits, std::int64_t largest);

/// y = clip(((multiplier·x + addend) >> shift) + zero, low, high), in 64 bits, the shift rounding down: with half a
/// unit in the addend the nearest integer, a half up. The one rounding of integer arithmetic.
struct Requantizer {
  std::int64_t multiplier = 0;
  std::int64_t addend = 0;
  std::int64_t zero = 0;
  std::int64_t low = 0;
  std::int64_t high = 0;
  int shift = 0;

  /// (x + offset)·factor, rounded, into the codes of `to`. |(x + offset)·multiplier| stays below 2^60.
  static Requantizer make(Multiplier factor, std::int64_t offset, const ActivationQuantizer& to);
  /// The same of numbers that are `difference` smaller than they were.
  Requantizer ofSmaller(std::int64_t difference) const {
    Requantizer other = *this;
    other.addend += difference * multiplier;
    return other;
  }

  std::int16_t operator()(std::int64_t x) const {
    const std::int64_t y = ((multiplier * x + addend) >> shift) + zero;
    return static_cast<std::int16_t>(y < low ? low : y > high ? high : y);
  }
};

/// Codes of one quantizer as codes of another; of equal ones, the same.
Requantizer conversion(const ActivationQuantizer& from, const ActivationQuantizer& to, int bits);

/// max |code − zeroPoint|.
std::int64_t largestDistance(const ActivationQuantizer& quantizer);

/// Half a unit before a shift; 0 without one.
constexpr std::int64_t roundingHalf(int shift) {
  return shift > 0 ? std::int64_t{1} << (shift - 1) : 0;
}

}  // namespace axescope
