// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/weight_levels.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <iterator>

#include "core/number/weight_quantizer.h"

namespace axescope {

namespace {

constexpr int mostPowerOfTwoBits = 5;
constexpr int mostAdditiveBits = 11;

std::vector<double> powersOfTwo(int bits) {
  const int powers = (1 << (bits - 1)) - 1;
  std::vector<double> levels{0.0};
  for (int i = 0; i < powers; ++i) levels.push_back(std::ldexp(1.0, i));
  return levels;
}

// The sums of one of the levels and one of the powers, or none.
std::vector<double> withTerm(std::vector<double> levels, std::initializer_list<int> exponents) {
  const std::size_t before = levels.size();
  for (const int exponent : exponents) {
    for (std::size_t i = 0; i < before; ++i) levels.push_back(levels[i] + std::ldexp(1.0, exponent));
  }
  return levels;
}

std::vector<double> sumsOfPowersOfTwo(int bits) {
  const int terms = (bits - 1) / 2;
  const bool hasOneBitTerm = bits % 2 == 0;
  const int steps = hasOneBitTerm ? 3 * terms : 3 * terms - 1;  // from the largest power to 1
  std::vector<double> levels{0.0};
  for (int i = 0; i < terms; ++i) {
    const int last = hasOneBitTerm ? i + 2 * terms + 1 : i + 2 * terms;
    levels = withTerm(std::move(levels), {steps - i, steps - (i + terms), steps - last});
  }
  if (hasOneBitTerm) levels = withTerm(std::move(levels), {steps - 2 * terms});
  std::ranges::sort(levels);
  return levels;
}

std::vector<double> magnitudesOf(WeightFormat format) {
  return format.quantizer == WeightQuantizer::powerOfTwo ? powersOfTwo(format.bits) : sumsOfPowersOfTwo(format.bits);
}

}  // namespace

std::string_view name(WeightQuantizer quantizer) {
  switch (quantizer) {
    case WeightQuantizer::powerOfTwo:
      return "power-of-two";
    case WeightQuantizer::additivePowerOfTwo:
      return "additive-power-of-two";
    case WeightQuantizer::automatic:
      return "auto";
    case WeightQuantizer::uniform:
      break;
  }
  return "uniform";
}

std::int64_t WeightFormat::largestMagnitude() const {
  assert(fitsCodes());
  if (quantizer == WeightQuantizer::uniform) return -twosComplement(bits).low;
  return static_cast<std::int64_t>(magnitudesOf(*this).back());
}

bool WeightFormat::fitsCodes(std::int64_t factor) const {
  const IntegerRange codes = twosComplement(mostCodeBits);
  if (quantizer == WeightQuantizer::uniform) {
    return bits >= 1 && bits <= mostCodeBits && factor <= codes.low / twosComplement(bits).low;
  }
  const int mostBits = quantizer == WeightQuantizer::powerOfTwo ? mostPowerOfTwoBits : mostAdditiveBits;
  if (bits < 2 || bits > mostBits) return false;
  return factor <= codes.high / static_cast<std::int64_t>(magnitudesOf(*this).back());
}

WeightLevels::WeightLevels(WeightFormat format, WeightRange range) : range_(weightCodeRange(format.bits, range)) {
  assert(format.fitsCodes() && format.quantizer != WeightQuantizer::automatic);
  if (format.quantizer == WeightQuantizer::uniform) return;
  magnitudes_ = magnitudesOf(format);
  thresholds_.push_back(0.0);
  for (std::size_t i = 1; i < magnitudes_.size(); ++i) {
    thresholds_.push_back((magnitudes_[i - 1] + magnitudes_[i]) / 2.0);
  }
  const auto largest = static_cast<std::int64_t>(magnitudes_.back());
  range_ = {-largest, largest};
}

double WeightLevels::nearest(double value) const {
  if (isUniform()) {
    return std::clamp(roundHalfEven(value), static_cast<double>(range_.low), static_cast<double>(range_.high));
  }
  const auto above = std::lower_bound(thresholds_.begin() + 1, thresholds_.end(), std::abs(value));
  return std::copysign(magnitudes_[static_cast<std::size_t>(above - thresholds_.begin() - 1)], value);
}

double WeightLevels::nearestWithin(double value, double down, double up) const {
  if (isUniform()) {
    return std::clamp(std::clamp(roundHalfEven(value), -down, up), static_cast<double>(range_.low),
                      static_cast<double>(range_.high));
  }
  const double clipped = std::clamp(value, -down, up);
  const double level = nearest(clipped);
  return level >= -down && level <= up ? level : towardZero(clipped);
}

double WeightLevels::towardZero(double value) const {
  if (isUniform()) {
    return std::clamp(std::trunc(value), static_cast<double>(range_.low), static_cast<double>(range_.high));
  }
  const auto above = std::ranges::upper_bound(magnitudes_, std::abs(value));
  return std::copysign(*std::prev(above), value);
}

std::int64_t WeightLevels::neighbour(std::int64_t code, int direction) const {
  if (isUniform()) return std::clamp(code + direction, range_.low, range_.high);
  const bool outward = code == 0 || (code > 0) == (direction > 0);
  const auto at = std::ranges::lower_bound(magnitudes_, static_cast<double>(std::abs(code)));
  if (outward && std::next(at) == magnitudes_.end()) return code;
  const auto magnitude = static_cast<std::int64_t>(*(outward ? std::next(at) : std::prev(at)));
  const bool isNegative = code == 0 ? direction < 0 : code < 0;
  return isNegative ? -magnitude : magnitude;
}

bool WeightLevels::contains(std::int64_t code) const {
  if (code < range_.low || code > range_.high) return false;
  return isUniform() || std::ranges::binary_search(magnitudes_, static_cast<double>(std::abs(code)));
}

}  // namespace axescope
