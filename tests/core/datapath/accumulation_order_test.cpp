// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/accumulation_order.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "random_codes.h"

namespace axescope {
namespace {

using Tiles = std::vector<std::vector<std::int64_t>>;

TEST(AccumulationOrder, NamesAreAClosedList) {
  for (const OrderRule rule : orderRules) EXPECT_EQ(orderRuleNamed(name(rule)), rule);
  EXPECT_FALSE(orderRuleNamed("shuffled"));
  EXPECT_FALSE(orderRuleNamed(""));
}

TEST(AccumulationOrder, EveryRuleKeepsTheColumnsOfEachTile) {
  std::mt19937 generator(211);
  for (int round = 0; round < 100; ++round) {
    const std::int64_t k = drawBetween(1, 50, generator);
    const Tiling tiling = Tiling::of(k, drawBetween(1, k + 3, generator));
    const std::vector<std::int16_t> codes = drawRow(k, {-3, 3}, generator);
    std::vector<std::int64_t> energies(static_cast<std::size_t>(k));
    for (std::int64_t& energy : energies) energy = drawBetween(0, 5, generator);
    for (const OrderRule rule : orderRules) {
      AccumulationOrder order = accumulationOrder({rule, 5}, tiling, {codes, energies});
      for (auto& columns : order.tiles) std::sort(columns.begin(), columns.end());
      ASSERT_EQ(order.tiles, AccumulationOrder::natural(tiling).tiles) << name(rule);
    }
  }
}

TEST(AccumulationOrder, ReversesWithinTiles) {
  EXPECT_EQ(accumulationOrder({OrderRule::reversed}, Tiling::of(5, 2), {}).tiles, (Tiles{{1, 0}, {3, 2}, {4}}));
}

TEST(AccumulationOrder, ActOrderDescendsByEnergyAndKeepsTies) {
  const std::vector<std::int64_t> energies{1, 4, 4, 0, 9, 9};
  EXPECT_EQ(accumulationOrder({OrderRule::actOrder}, Tiling::of(6, 4), {{}, energies}).tiles,
            (Tiles{{1, 2, 0, 3}, {4, 5}}));
}

TEST(AccumulationOrder, AlternatesSignsByMagnitudeWithinTiles) {
  const std::vector<std::int16_t> codes{1, -2, 0, 3, -5, 3, /**/ 2, 0, 1};
  EXPECT_EQ(accumulationOrder({OrderRule::alternating}, Tiling::of(9, 6), {codes, {}}).tiles,
            (Tiles{{4, 3, 1, 5, 0, 2}, {6, 8, 7}}));
  const std::vector<std::int16_t> tie{-2, 2};
  EXPECT_EQ(accumulationOrder({OrderRule::alternating}, Tiling::of(2, 2), {tie, {}}).tiles, (Tiles{{1, 0}}));
}

TEST(AccumulationOrder, RandomIsWhatTheSeedSays) {
  const Tiling tiling = Tiling::of(64, 32);
  const auto drawn = [&](std::uint64_t seed) { return accumulationOrder({OrderRule::random, seed}, tiling, {}).tiles; };
  EXPECT_EQ(drawn(1), drawn(1));
  EXPECT_NE(drawn(1), drawn(2));
  EXPECT_NE(drawn(0), AccumulationOrder::natural(tiling).tiles);
  // SplitMix64's first outputs for seed 0 begin with e2, 6e, 06, f8.
  EXPECT_EQ(accumulationOrder({OrderRule::random, 0}, Tiling::of(4, 4), {}).tiles, (Tiles{{3, 0, 1, 2}}));
}

TEST(AccumulationOrder, OnlyAlternatingIsOfEachChannelsOwn) {
  std::mt19937 generator(223);
  const CodeMatrix codes = drawCodes(3, 10, {-7, 7}, generator);
  const std::vector<std::int64_t> energies(10, 1);
  const Tiling tiling = Tiling::of(10, 5);
  for (const OrderRule rule : orderRules) {
    const std::size_t orders = channelOrders({rule}, tiling, codes, energies).size();
    EXPECT_EQ(orders, rule == OrderRule::natural ? 0U : rule == OrderRule::alternating ? 3U : 1U) << name(rule);
  }
}

}  // namespace
}  // namespace axescope
