// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/accumulator.h"

#include <random>

#include <gtest/gtest.h>

#include "random_codes.h"

namespace axescope {
namespace {

TEST(WrapTo, IsTheValueModuloTwoToTheBits) {
  EXPECT_EQ(wrapTo<std::int64_t>(127, 8), 127);
  EXPECT_EQ(wrapTo<std::int64_t>(128, 8), -128);
  EXPECT_EQ(wrapTo<std::int64_t>(-129, 8), 127);
  EXPECT_EQ(wrapTo<std::int64_t>(1000, 2), 0);
  std::mt19937 generator(31);
  for (int bits = 2; bits <= 40; ++bits) {
    const std::int64_t modulus = std::int64_t{1} << bits;
    for (int i = 0; i < 200; ++i) {
      const std::int64_t value = drawBetween(-5 * modulus, 5 * modulus, generator);
      const std::int64_t wrapped = wrapTo(value, bits);
      EXPECT_TRUE(holds(twosComplement(bits), wrapped));
      EXPECT_EQ((value - wrapped) % modulus, 0);
    }
  }
}

TEST(WrapTo, WordsThatAreNoWiderStayAsTheyAre) {
  const std::int32_t least = std::numeric_limits<std::int32_t>::min();
  EXPECT_EQ(wrapTo(least, 32), least);
  EXPECT_EQ(wrapTo(least, 63), least);
  EXPECT_EQ(wrapTo(std::int64_t{least} - 1, 63), std::int64_t{least} - 1);
}

TEST(SaturateTo, StopsAtTheEnds) {
  for (int bits = 2; bits <= 63; ++bits) {
    const IntegerRange range = twosComplement(bits);
    EXPECT_EQ(saturateTo(range.high + 1, bits), range.high);
    EXPECT_EQ(saturateTo(range.low - 1, bits), range.low);
    EXPECT_EQ(saturateTo(range.high - 1, bits), range.high - 1);
    EXPECT_EQ(saturateTo(range.low, bits), range.low);
  }
}

TEST(Settle, WordsOfBothSizesAgree) {
  std::mt19937 generator(37);
  for (int bits = 2; bits <= 31; ++bits) {
    for (int i = 0; i < 100; ++i) {
      const auto value = static_cast<std::int32_t>(drawBetween(-2147483648, 2147483647, generator));
      for (const Overflow overflow : {Overflow::wrap, Overflow::saturate}) {
        EXPECT_EQ(settle(value, bits, overflow), settle(std::int64_t{value}, bits, overflow));
      }
    }
  }
}

}  // namespace
}  // namespace axescope
