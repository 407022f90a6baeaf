// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/budget/tile_multipliers.h"

#include <array>

#include <gtest/gtest.h>

namespace axescope {
namespace {

const Tiling tiling = Tiling::of(5, 2);
const TileMultipliers some(tiling, CodeMatrix{{1, 2, 3}, {4, 5, 6}});

TEST(TileMultipliers, AllOnesAreNone) {
  EXPECT_TRUE(TileMultipliers().allOnes());
  EXPECT_EQ(TileMultipliers(tiling, CodeMatrix::Ones(2, 3)), TileMultipliers());
  EXPECT_EQ(TileMultipliers().values(2, tiling), CodeMatrix::Ones(2, 3));
  EXPECT_EQ(TileMultipliers().ofTile(7, 9), 1);
  EXPECT_EQ(TileMultipliers().ofColumn(7, 9), 1);
  EXPECT_EQ(TileMultipliers().largest(), 1);
  EXPECT_EQ(TileMultipliers().largestSum(tiling), 3);
  EXPECT_TRUE(TileMultipliers().ofTiles(0).empty());
  EXPECT_TRUE(TileMultipliers().fit(17, Tiling::of(100, 3)));
}

TEST(TileMultipliers, AColumnHasThatOfItsTile) {
  for (std::int64_t c = 0; c < 2; ++c) {
    for (std::int64_t k = 0; k < 5; ++k) EXPECT_EQ(some.ofColumn(c, k), 1 + 3 * c + k / 2);
  }
  EXPECT_EQ(some.largest(), 6);
  EXPECT_EQ(some.largestSum(tiling), 15);
  EXPECT_TRUE(some.fit(2, tiling));
  EXPECT_FALSE(some.fit(3, tiling));
  EXPECT_FALSE(some.fit(2, Tiling::of(6, 2)));
}

TEST(TileMultipliers, ChannelsAreTakenChosenAndRepeated) {
  EXPECT_EQ(some.middleRows(1, 1).values(1, tiling), (CodeMatrix{{4, 5, 6}}));
  EXPECT_EQ(some.of(std::array<std::int64_t, 2>{1, 0}).values(2, tiling), (CodeMatrix{{4, 5, 6}, {1, 2, 3}}));
  EXPECT_EQ(some.repeated(2).values(4, tiling), (CodeMatrix{{1, 2, 3}, {4, 5, 6}, {1, 2, 3}, {4, 5, 6}}));
  EXPECT_NE(some.repeated(2), some);
}

TEST(ChannelUnitCodes, AreCodesTimesTheirMultipliers) {
  const CodeMatrix codes{{1, -2, 3, -4, 5}, {-1, 2, -3, 4, 2047}};
  EXPECT_EQ(ChannelUnitCodes(codes, some).codes(), (CodeMatrix{{1, -2, 6, -8, 15}, {-4, 8, -15, 20, 12282}}));
  EXPECT_EQ(&ChannelUnitCodes(codes, {}).codes(), &codes);
}

}  // namespace
}  // namespace axescope
