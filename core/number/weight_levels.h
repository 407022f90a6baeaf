// SPDX-License-Identifier: GPL-3.0-or-later
// What a weight code may be. Codes are values: integers that stand for multiples of the scale, whatever bits store
// them.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/number/integer_range.h"

namespace axescope {

/// How the levels of a weight are spread.
enum class WeightQuantizer {
  uniform,             // evenly
  powerOfTwo,          // 0 and ±2^i
  additivePowerOfTwo,  // sums of powers of two (APoT; Li, Dong and Wang, arXiv 1909.13144)
  automatic,           // of settings only: each layer gets the one of the others that suits it best
};

/// Those that a layer can have.
inline constexpr std::array weightQuantizers{WeightQuantizer::uniform, WeightQuantizer::powerOfTwo,
                                             WeightQuantizer::additivePowerOfTwo};

/// As in settings and files: "uniform", "power-of-two", "additive-power-of-two", "auto".
std::string_view name(WeightQuantizer quantizer);

/// How a weight is stored: M bits, and what they stand for.
struct WeightFormat {
  int bits = 4;
  WeightQuantizer quantizer = WeightQuantizer::uniform;  // not automatic

  /// Of any code: 2^(M−1) of uniform ones, else the largest level. The format must fit codes.
  std::int64_t largestMagnitude() const;
  /// Whether every level times `factor` fits the 16 bits in which codes are kept: powers of two up to M = 5, additive
  /// ones up to M = 11. The levels need a bit for the sign and one for the magnitude.
  bool fitsCodes(std::int64_t factor = 1) const;
  friend bool operator==(const WeightFormat&, const WeightFormat&) = default;
};

/// The levels of a code. Uniform: all integers of a range. The others are symmetric, 2^(M−1) magnitudes with 0:
///
/// power-of-two: 0, 1, 2, 4, …, 2^(2^(M−1) − 2): M = 2: 1; 3: 1 2 4; 4: 1 2 … 64; 5: 1 2 … 16384.
///
/// additive power-of-two, with n = ⌊(M−1)/2⌋ two-bit terms p_i in {0, 2^−i, 2^−(i+n), 2^−(i+2n)}, i < n, and for even M
/// (which leaves a bit) the last power 2^−(i+2n+1) instead and one more term in {0, 2^−2n}: all sums, times the power
/// of two that makes the least of them 1. Of two terms, M = 4: 1 2 3 4 6 8 10; 5: 1 2 3 4 6 8 9 12 16 18 24 32 33
/// 36 48. M = 2 and 3 have one term and equal the powers of two. M = 6 and 7 have three terms and end at 100 and 448, M
/// = 8 has four and ends at 904.
class WeightLevels {
 public:
  /// Every integer of the range, which has 0 in it. Implicit: such a range is a set of levels.
  WeightLevels(IntegerRange range) : range_(range) {}  // NOLINT(google-explicit-constructor)
  /// The format must fit codes; all but uniform levels are narrow, whatever `range` says of −2^(M−1).
  WeightLevels(WeightFormat format, WeightRange range);

  bool isUniform() const { return magnitudes_.empty(); }
  /// The least and the greatest code.
  IntegerRange range() const { return range_; }
  /// Magnitudes from 0 up; empty for uniform levels. Their number is a power of two.
  std::span<const double> magnitudes() const { return magnitudes_; }
  /// By magnitude, the middle between it and the one below, which still rounds down; 0 for 0.
  std::span<const double> thresholds() const { return thresholds_; }

  /// The nearest level. Ties of uniform levels go to the even one, all others to the smaller magnitude.
  double nearest(double value) const;
  /// The nearest of the levels from −down to up, both whole and at least 0.
  double nearestWithin(double value, double down, double up) const;
  /// The largest level that is no larger in magnitude.
  double towardZero(double value) const;
  /// The level beside a code: above it for `direction` 1, below for −1; the code itself at the end.
  std::int64_t neighbour(std::int64_t code, int direction) const;
  bool contains(std::int64_t code) const;

 private:
  IntegerRange range_;
  std::vector<double> magnitudes_;
  std::vector<double> thresholds_;
};

}  // namespace axescope
