// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/overflow_distribution.h"

#include <limits>

#include <gtest/gtest.h>

namespace axescope {
namespace {

OverflowDistribution firsts(std::vector<std::int64_t> counts) {
  return {.firstOverflows = std::move(counts), .tiles = {}};
}

TEST(OverflowDistribution, MedianIsTheLowerOneInTheMiddle) {
  EXPECT_EQ(OverflowDistribution{}.medianFirstOverflow(), -1);
  EXPECT_EQ(firsts({0, 0}).medianFirstOverflow(), -1);
  EXPECT_EQ(firsts({0, 0, 1}).medianFirstOverflow(), 2);
  EXPECT_EQ(firsts({1, 0, 1}).medianFirstOverflow(), 0);
  EXPECT_EQ(firsts({1, 0, 2}).medianFirstOverflow(), 2);
  EXPECT_EQ(firsts({1, 5, 1}).medianFirstOverflow(), 1);
}

TEST(OverflowDistribution, MergingAddsAndEmptyOnesChangeNothing) {
  OverflowDistribution sum;
  sum.merge(firsts({1, 2}));
  sum.merge({});
  sum.merge(firsts({3, 0}));
  EXPECT_EQ(sum, firsts({4, 2}));
  OverflowDistribution tile;
  tile.tiles.resize(1);
  tile.tiles[0].add(-3);
  sum.merge(tile);
  sum.merge(tile);
  EXPECT_EQ(sum.tiles[0], (TileMoments{-6, 18}));
}

TEST(TileMoments, MeanAndVarianceOfAPopulation) {
  TileMoments moments;
  for (const std::int64_t sum : {2, 4, 4, 4, 5, 5, 7, 9}) moments.add(sum);
  EXPECT_DOUBLE_EQ(moments.mean(8), 5.0);
  EXPECT_DOUBLE_EQ(moments.variance(8), 4.0);
}

TEST(TileMoments, LargestSumsDoNotLeaveTheirIntegers) {
  TileMoments moments;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 2;
  for (int i = 0; i < 4; ++i) {
    moments.add(most);
    moments.add(-most);
  }
  EXPECT_EQ(moments.mean(8), 0.0);
  EXPECT_DOUBLE_EQ(moments.variance(8), static_cast<double>(most) * static_cast<double>(most));
}

}  // namespace
}  // namespace axescope
