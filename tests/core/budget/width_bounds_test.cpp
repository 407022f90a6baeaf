// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/budget/width_bounds.h"

#include <gtest/gtest.h>

#include "core/budget/bounds.h"

namespace axescope {
namespace {

TEST(WidthBounds, EachKnowsMoreThanTheOneBefore) {
  CodeMatrix codes(2, 8);
  codes << 7, -7, 3, 0, 0, 0, 1, -1,  //
      2, 2, -2, -2, 5, -5, 0, 0;
  const Certificate certificate(codes, Tiling::of(8, 4), {0, 255}, 16, 0);
  const WidthBounds bounds = widthBounds(certificate, {4}, 8, false);
  EXPECT_EQ(bounds.dataType, dataTypeBound(4, {4}, 8, false));
  EXPECT_EQ(bounds.a2q, a2qBound(17, 8, false));
  EXPECT_EQ(bounds.a2qPlus, a2qPlusBound(17, 8));
  // The largest tile is 7, −7, 3: sums up to 255 · 10 = 2550, which needs 13 bits.
  EXPECT_EQ(bounds.exact, 13);
  EXPECT_LE(bounds.exact, bounds.a2qPlus);
  EXPECT_LE(bounds.a2qPlus, bounds.a2q);
  EXPECT_LE(bounds.a2q, bounds.dataType);
}

}  // namespace
}  // namespace axescope
