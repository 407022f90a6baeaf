// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/integer_range.h"

#include <gtest/gtest.h>

namespace axescope {
namespace {

TEST(IntegerRange, TwosComplementAtTheEdgeWidths) {
  EXPECT_EQ(twosComplement(1), (IntegerRange{-1, 0}));
  EXPECT_EQ(twosComplement(8), (IntegerRange{-128, 127}));
  EXPECT_EQ(twosComplement(63).high, 4611686018427387903);
  EXPECT_EQ(twosComplement(63).low, -4611686018427387903 - 1);
}

TEST(IntegerRange, EncodingsStoreTheirCodesWhereTheySay) {
  EXPECT_EQ(activationRange(8, ActivationEncoding::asymmetric), (IntegerRange{0, 255}));
  EXPECT_EQ(activationRange(8, ActivationEncoding::unsignedSymmetric), (IntegerRange{0, 255}));
  EXPECT_EQ(activationRange(8, ActivationEncoding::centred), (IntegerRange{-128, 127}));
  EXPECT_EQ(activationRange(8, ActivationEncoding::signedSymmetric), (IntegerRange{-128, 127}));
  EXPECT_EQ(activationRange(1, ActivationEncoding::asymmetric), (IntegerRange{0, 1}));
}

TEST(IntegerRange, NarrowWeightsAreSymmetric) {
  EXPECT_EQ(weightCodeRange(4, WeightRange::narrow), (IntegerRange{-7, 7}));
  EXPECT_EQ(weightCodeRange(4, WeightRange::full), (IntegerRange{-8, 7}));
  EXPECT_EQ(weightCodeRange(1, WeightRange::full), (IntegerRange{-1, 0}));
  EXPECT_EQ(weightCodeRange(16, WeightRange::full), (IntegerRange{-32768, 32767}));
}

}  // namespace
}  // namespace axescope
