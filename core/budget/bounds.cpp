// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/budget/bounds.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>

namespace axescope {

namespace {

__extension__ using WideUnsigned = unsigned __int128;

int bitsOf(std::uint64_t value) {
  return static_cast<int>(std::bit_width(value));
}

/// Bits of a natural number: the least b with value < 2^b.
int bitsOf(WideUnsigned value) {
  const auto high = static_cast<std::uint64_t>(value >> 64);
  return high != 0 ? 64 + bitsOf(high) : bitsOf(static_cast<std::uint64_t>(value));
}

/// Least P with magnitude ≤ 2^(P−1) − 1.
int signedBitsOf(WideUnsigned magnitude) {
  return std::max(leastAccumulatorBits, bitsOf(magnitude) + 1);
}

int signBit(bool isSigned) {
  return isSigned ? 1 : 0;
}

}  // namespace

int dataTypeBound(std::int64_t k, WeightFormat weights, int activationBits, bool signedActivations) {
  assert(k >= 1);
  const auto largest = static_cast<WideUnsigned>(weights.largestMagnitude());
  return signedBitsOf((static_cast<WideUnsigned>(k) * largest) << (activationBits - signBit(signedActivations)));
}

std::int64_t a2qBudget(int accumulatorBits, int activationBits, bool signedActivations) {
  return accumulatorLimit(accumulatorBits) >> (activationBits - signBit(signedActivations));
}

int a2qBound(std::int64_t l1Norm, int activationBits, bool signedActivations) {
  return signedBitsOf(static_cast<WideUnsigned>(l1Norm) << (activationBits - signBit(signedActivations)));
}

double a2qPlusBudget(int accumulatorBits, IntegerRange activations) {
  return (std::ldexp(1.0, accumulatorBits) - 2.0) / static_cast<double>(activations.high - activations.low);
}

double l1Budget(L1Budget rule, int accumulatorBits, IntegerRange activations) {
  if (rule == L1Budget::a2qPlus) return a2qPlusBudget(accumulatorBits, activations);
  const int bits = bitsOf(static_cast<std::uint64_t>(activations.high - activations.low));
  return static_cast<double>(a2qBudget(accumulatorBits, bits, activations.low < 0));
}

int a2qPlusBound(std::int64_t l1Norm, int activationBits) {
  const auto largestCode = (WideUnsigned{1} << activationBits) - 1;
  // ⌈log2 v⌉ is the number of bits of v − 1.
  return std::max(leastAccumulatorBits, bitsOf(static_cast<WideUnsigned>(l1Norm) * largestCode + 1));
}

int exactBound(IntegerRange extremes) {
  const auto magnitude = [](std::int64_t value) {
    return value < 0 ? std::uint64_t{0} - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  };
  return signedBitsOf(std::max(magnitude(extremes.low), magnitude(extremes.high)));
}

int publishedOuterBits(int innerBits, std::int64_t tiles) {
  assert(tiles >= 1);
  return innerBits + bitsOf(static_cast<std::uint64_t>(tiles - 1));
}

}  // namespace axescope
