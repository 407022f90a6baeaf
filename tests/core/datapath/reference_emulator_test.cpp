// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/reference_emulator.h"

#include <algorithm>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "core/datapath/accumulator.h"
#include "random_codes.h"

namespace axescope {
namespace {

using Codes = std::vector<std::int16_t>;

DotProductTrace emulate(const Codes& q, const Codes& x, const Datapath& datapath) {
  const auto k = static_cast<std::int64_t>(q.size());
  return emulateDotProduct(q, x, datapath, AccumulationOrder::natural(Tiling::of(k, datapath.tileSize)));
}

TEST(AccumulationOrder, NaturalVisitsEveryTilesColumnsInTurn) {
  const AccumulationOrder order = AccumulationOrder::natural(Tiling::of(5, 2));
  EXPECT_EQ(order.tiles, (std::vector<std::vector<std::int64_t>>{{0, 1}, {2, 3}, {4}}));
}

// AVX2's VPMADDUBSW adds two products of unsigned and signed bytes and saturates the sum at 16 bits.
TEST(ReferenceEmulator, PairsOfBytesSaturateAsInVpmaddubsw) {
  const Datapath vpmaddubsw{.innerBits = 16, .outerBits = 32, .tileSize = 2, .innerOverflow = Overflow::saturate};
  const DotProductTrace trace = emulate({127, 127, -128, -128}, {255, 255, 255, 255}, vpmaddubsw);
  EXPECT_EQ(trace.result, 32767 - 32768);
  EXPECT_EQ(trace.exact, 2 * 255 * 127 - 2 * 255 * 128);
  EXPECT_EQ(trace.innerEvents, 2);
  EXPECT_EQ(trace.outerEvents, 0);
  EXPECT_EQ(trace.firstOverflow, 1);
  EXPECT_TRUE(trace.persistent);
  EXPECT_EQ(trace.largestPartialSum, 2 * 255 * 128);
  EXPECT_EQ(emulate({127, 127}, {255, 255}, vpmaddubsw).result, 32767);
}

TEST(ReferenceEmulator, WideDatapathIsExact) {
  std::mt19937 generator(41);
  for (int round = 0; round < 50; ++round) {
    const Codes q = drawRow(100, {-32768, 32767}, generator);
    const Codes x = drawRow(100, {-32768, 32767}, generator);
    const std::int64_t exact = std::inner_product(q.begin(), q.end(), x.begin(), std::int64_t{0});
    const DotProductTrace trace = emulate(q, x, {.innerBits = 63, .outerBits = 63, .tileSize = 7});
    EXPECT_EQ(trace.result, exact);
    EXPECT_EQ(trace.exact, exact);
    EXPECT_FALSE(trace.overflowed());
    EXPECT_FALSE(trace.persistent || trace.transient);
  }
}

// What the registers hold, written down once more: plain integers, one tile after the other.
TEST(ReferenceEmulator, TilesReachTheOuterAccumulatorTimesTheirMultipliers) {
  std::mt19937 generator(42);
  for (int round = 0; round < 500; ++round) {
    const std::int64_t k = drawBetween(1, 40, generator);
    const auto overflow = static_cast<Overflow>(drawBetween(0, 1, generator));
    const Datapath datapath{.innerBits = static_cast<int>(drawBetween(4, 18, generator)),
                            .outerBits = static_cast<int>(drawBetween(4, 24, generator)),
                            .tileSize = drawBetween(1, k, generator),
                            .innerOverflow = overflow,
                            .outerOverflow = overflow};
    const Codes q = drawRow(k, {-8, 7}, generator);
    const Codes x = drawRow(k, {0, 255}, generator);
    const Tiling tiling = Tiling::of(k, datapath.tileSize);
    const Codes multipliers = drawRow(tiling.tiles(), {1, 15}, generator);
    const auto held = [overflow](std::int64_t value, int bits) {
      const std::int64_t half = std::int64_t{1} << (bits - 1);
      if (overflow == Overflow::saturate) return std::clamp(value, -half, half - 1);
      return ((value + half) % (2 * half) + 2 * half) % (2 * half) - half;
    };
    std::int64_t outer = 0;
    std::int64_t exact = 0;
    std::int64_t events = 0;
    for (std::int64_t t = 0; t < tiling.tiles(); ++t) {
      std::int64_t inner = 0;
      const std::int64_t m = multipliers[static_cast<std::size_t>(t)];
      for (auto i = static_cast<std::size_t>(tiling.begin(t)); i < static_cast<std::size_t>(tiling.end(t)); ++i) {
        inner = held(inner + std::int64_t{q[i]} * x[i], datapath.innerBits);
        exact += m * q[i] * x[i];
      }
      events += held(outer + m * inner, datapath.outerBits) != outer + m * inner ? 1 : 0;
      outer = held(outer + m * inner, datapath.outerBits);
    }
    const DotProductTrace trace = emulateDotProduct(q, x, datapath, AccumulationOrder::natural(tiling), multipliers);
    EXPECT_EQ(trace.result, outer);
    EXPECT_EQ(trace.exact, exact);
    EXPECT_EQ(trace.outerEvents, events);
  }
}

TEST(ReferenceEmulator, WrappingEachStepIsWrappingOnceAtTheEnd) {
  std::mt19937 generator(43);
  for (int round = 0; round < 500; ++round) {
    const int innerBits = static_cast<int>(drawBetween(2, 20, generator));
    const int outerBits = static_cast<int>(drawBetween(2, 24, generator));
    const std::int64_t k = drawBetween(1, 60, generator);
    const Datapath datapath{.innerBits = innerBits, .outerBits = outerBits, .tileSize = drawBetween(1, k, generator)};
    const Codes q = drawRow(k, {-128, 127}, generator);
    const Codes x = drawRow(k, {0, 255}, generator);
    const Tiling tiling = Tiling::of(k, datapath.tileSize);
    std::int64_t total = 0;
    for (std::int64_t t = 0; t < tiling.tiles(); ++t) {
      std::int64_t sum = 0;
      for (std::int64_t i = tiling.begin(t); i < tiling.end(t); ++i) {
        sum += std::int64_t{q[static_cast<std::size_t>(i)]} * x[static_cast<std::size_t>(i)];
      }
      total += wrapTo(sum, innerBits);
    }
    EXPECT_EQ(emulate(q, x, datapath).result, wrapTo(total, outerBits));
  }
}

TEST(ReferenceEmulator, WrappedResultDoesNotDependOnTheOrderWithinTiles) {
  std::mt19937 generator(47);
  const Codes q = drawRow(40, {-128, 127}, generator);
  const Codes x = drawRow(40, {0, 255}, generator);
  const Datapath datapath{.innerBits = 12, .outerBits = 13, .tileSize = 10};
  AccumulationOrder order = AccumulationOrder::natural(Tiling::of(40, 10));
  const std::int64_t natural = emulateDotProduct(q, x, datapath, order).result;
  for (int round = 0; round < 20; ++round) {
    std::shuffle(order.tiles.begin(), order.tiles.end(), generator);
    for (auto& tile : order.tiles) std::shuffle(tile.begin(), tile.end(), generator);
    EXPECT_EQ(emulateDotProduct(q, x, datapath, order).result, natural);
  }
}

TEST(ReferenceEmulator, SaturationDependsOnTheOrder) {
  const Codes q{1, 1, -1};
  const Codes x{7, 7, 7};
  const Datapath datapath{.innerBits = 4, .outerBits = 8, .innerOverflow = Overflow::saturate};
  AccumulationOrder order{{{0, 1, 2}}};
  EXPECT_EQ(emulateDotProduct(q, x, datapath, order).result, 0);
  order.tiles = {{0, 2, 1}};
  EXPECT_EQ(emulateDotProduct(q, x, datapath, order).result, 7);
}

TEST(ReferenceEmulator, TransientOverflowEndsInRange) {
  const Datapath datapath{.innerBits = 4, .outerBits = 8};
  const DotProductTrace trace = emulate({1, 1, -1}, {7, 7, 7}, datapath);
  EXPECT_TRUE(trace.transient);
  EXPECT_FALSE(trace.persistent);
  EXPECT_EQ(trace.result, 7);
  EXPECT_EQ(trace.innerEvents, 2);  // up at step 1, and back down at step 2
  EXPECT_EQ(trace.firstOverflow, 1);
  EXPECT_EQ(trace.largestPartialSum, 14);
}

TEST(ReferenceEmulator, PersistentOverflowEndsOutOfRange) {
  const DotProductTrace trace = emulate({1, 1}, {7, 7}, {.innerBits = 4, .outerBits = 8});
  EXPECT_TRUE(trace.persistent);
  EXPECT_FALSE(trace.transient);
  EXPECT_EQ(trace.result, -2);
}

TEST(ReferenceEmulator, OuterOverflowIsPlacedAtItsTilesLastAddition) {
  const DotProductTrace trace =
      emulate({1, 1, 1, 1, -1, -1}, {3, 4, 2, 2, 3, 4}, {.innerBits = 8, .outerBits = 4, .tileSize = 2});
  EXPECT_EQ(trace.innerEvents, 0);
  EXPECT_EQ(trace.outerEvents, 2);  // 7 + 4 leaves the range, −5 − 7 leaves it again
  EXPECT_EQ(trace.firstOverflow, 3);
  EXPECT_EQ(trace.result, 4);
  EXPECT_TRUE(trace.transient);
}

TEST(ReferenceEmulator, OuterIsJudgedOnWhatItWasHanded) {
  // The tile saturates at 7 instead of 14: the outer accumulator of 4 bits then holds all that reached it.
  const DotProductTrace trace = emulate(
      {1, 1, -1}, {7, 7, 7}, {.innerBits = 4, .outerBits = 4, .tileSize = 2, .innerOverflow = Overflow::saturate});
  EXPECT_EQ(trace.outerEvents, 0);
  EXPECT_TRUE(trace.persistent);
  EXPECT_EQ(trace.result, 0);
  EXPECT_EQ(trace.exact, 7);
}

}  // namespace
}  // namespace axescope
