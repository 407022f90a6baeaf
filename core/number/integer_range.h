// SPDX-License-Identifier: GPL-3.0-or-later
// Integer formats: what a weight, an activation or an accumulator of a given width can hold.
#pragma once

#include <cstdint>

namespace axescope {

/// Closed interval of integers.
struct IntegerRange {
  std::int64_t low = 0;
  std::int64_t high = 0;
  friend bool operator==(const IntegerRange&, const IntegerRange&) = default;
};

inline constexpr int leastAccumulatorBits = 2;
inline constexpr int mostAccumulatorBits = 63;
inline constexpr int mostCodeBits = 16;

/// Two's complement of `bits`: [−2^(bits−1), 2^(bits−1) − 1], bits 1…63.
constexpr IntegerRange twosComplement(int bits) {
  const std::int64_t half = std::int64_t{1} << (bits - 1);
  return {-half, half - 1};
}

/// L = 2^(P−1) − 1: guarantees use the symmetric range [−L, L] (AXE, arXiv 2409.17092, section 3).
constexpr std::int64_t accumulatorLimit(int bits) {
  return twosComplement(bits).high;
}

/// How activation integers are stored: unsigned and asymmetric codes are 0…2^N − 1, signed and
/// centred ones −2^(N−1)…2^(N−1) − 1.
enum class ActivationEncoding { asymmetric, centred, signedSymmetric, unsignedSymmetric };

constexpr bool hasSignedCodes(ActivationEncoding encoding) {
  return encoding == ActivationEncoding::centred || encoding == ActivationEncoding::signedSymmetric;
}

/// [μ, ν] of an activation code.
constexpr IntegerRange activationRange(int bits, ActivationEncoding encoding) {
  if (hasSignedCodes(encoding)) return twosComplement(bits);
  return {0, (std::int64_t{1} << bits) - 1};
}

enum class WeightRange { narrow, full };

/// Codes of a weight: narrow is symmetric around zero, full also uses −2^(M−1).
constexpr IntegerRange weightCodeRange(int bits, WeightRange range) {
  const IntegerRange full = twosComplement(bits);
  return range == WeightRange::full ? full : IntegerRange{-full.high, full.high};
}

}  // namespace axescope
