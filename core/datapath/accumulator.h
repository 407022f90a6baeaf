// SPDX-License-Identifier: GPL-3.0-or-later
// One two's complement register: add, and what happens at its ends. Word is the machine integer that stands for it.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <type_traits>

#include "core/datapath/datapath.h"
#include "core/number/integer_range.h"

namespace axescope {

/// value modulo 2^bits in [−2^(bits−1), 2^(bits−1) − 1] (sign extension), bits 2…63. A Word of no more than `bits` is
/// left as it is.
template <std::signed_integral Word>
constexpr Word wrapTo(Word value, int bits) {
  const int unused = std::max(0, std::numeric_limits<Word>::digits + 1 - bits);
  const auto shifted = static_cast<Word>(static_cast<std::make_unsigned_t<Word>>(value) << unused);
  return static_cast<Word>(shifted >> unused);
}

/// bits 2…63, at most those of Word.
template <std::signed_integral Word>
constexpr Word saturateTo(Word value, int bits) {
  const auto low = static_cast<Word>(twosComplement(bits).low);
  const auto high = static_cast<Word>(twosComplement(bits).high);
  const Word raised = value < low ? low : value;
  return raised > high ? high : raised;
}

template <std::signed_integral Word>
constexpr Word settle(Word value, int bits, Overflow overflow) {
  return overflow == Overflow::wrap ? wrapTo(value, bits) : saturateTo(value, bits);
}

constexpr bool holds(IntegerRange range, std::int64_t value) {
  return value >= range.low && value <= range.high;
}

}  // namespace axescope
