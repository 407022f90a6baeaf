// SPDX-License-Identifier: GPL-3.0-or-later
// Double quantization: scales that are themselves quantized, so that scaling is integer work or a shift. After PikeLPN
// (arXiv 2404.00103); core/README.md (29).
#pragma once

#include <cstdint>

namespace axescope {

enum class ScaleQuantization {
  off,         // any scale
  fixedPoint,  // u·2^−n, u an unsigned integer of a few bits, n a scale's own
  shared,      // u·S, S common to a layer
  powerOfTwo,  // 2^−n
};

inline constexpr int leastScaleBits = 2;
inline constexpr int mostScaleBits = 31;

/// The scales above zero that there are.
struct ScaleGrid {
  ScaleQuantization rule = ScaleQuantization::off;
  int bits = 8;       // of u
  double unit = 0.0;  // S of `shared`, above zero there

  /// The nearest of them to a scale above zero; of `shared` at least S and at most (2^bits − 1)·S.
  double nearest(double scale) const;
  /// The largest u: 2^bits − 1.
  double largestInteger() const;
};

/// u·2^−shift, u below 2^bits: the nearest such number to a value that is none of zero, infinity and NaN; u has the
/// value's sign. Powers of two have u = ±2^(bits − 1).
struct FixedPoint {
  std::int64_t integer = 0;
  int shift = 0;

  static FixedPoint nearest(double value, int bits);
  double value() const;
};

/// The power of two nearest to a number above zero.
double nearestPowerOfTwo(double value);
/// The least power of two that is not below a number above zero.
double powerOfTwoAbove(double value);

}  // namespace axescope
