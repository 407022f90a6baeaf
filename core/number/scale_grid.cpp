// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/scale_grid.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "core/number/weight_quantizer.h"

namespace axescope {

FixedPoint FixedPoint::nearest(double value, int bits) {
  assert(std::isfinite(value) && value != 0.0);
  int exponent = 0;
  const double mantissa = std::frexp(value, &exponent);  // of a magnitude in [0.5, 1)
  auto integer = static_cast<std::int64_t>(roundHalfEven(std::ldexp(mantissa, bits)));
  if (std::abs(integer) == std::int64_t{1} << bits) {  // rounded up to the next power of two
    integer /= 2;
    ++exponent;
  }
  return {integer, bits - exponent};
}

double FixedPoint::value() const {
  return std::ldexp(static_cast<double>(integer), -shift);
}

double nearestPowerOfTwo(double value) {
  constexpr double middle = 0.75;
  int exponent = 0;
  const double mantissa = std::frexp(value, &exponent);
  return std::ldexp(1.0, mantissa < middle ? exponent - 1 : exponent);
}

double powerOfTwoAbove(double value) {
  int exponent = 0;
  const double mantissa = std::frexp(value, &exponent);
  return std::ldexp(1.0, mantissa > 0.5 ? exponent : exponent - 1);
}

double ScaleGrid::largestInteger() const {
  return std::ldexp(1.0, bits) - 1.0;
}

double ScaleGrid::nearest(double scale) const {
  assert(scale > 0.0);
  switch (rule) {
    case ScaleQuantization::off:
      return scale;
    case ScaleQuantization::fixedPoint:
      return FixedPoint::nearest(scale, bits).value();
    case ScaleQuantization::shared:
      assert(unit > 0.0);
      return unit * std::clamp(roundHalfEven(scale / unit), 1.0, largestInteger());
    case ScaleQuantization::powerOfTwo:
      return nearestPowerOfTwo(scale);
  }
  return scale;
}

}  // namespace axescope
