// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/partial_sums.h"

#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "core/datapath/reference_emulator.h"
#include "random_codes.h"

namespace axescope {
namespace {

std::int64_t fullBins(const PartialSumHistogram& histogram) {
  return std::count_if(histogram.counts.begin(), histogram.counts.end(), [](std::int64_t count) { return count > 0; });
}

TEST(PartialSums, CountEveryAdditionAndAgreeWithTheReference) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 20; ++trial) {
    const std::int64_t k = 1 + static_cast<std::int64_t>(random() % 40);
    const CodeMatrix codes = drawCodes(5, k, {-7, 7}, random);
    const CodeMatrix rows = drawCodes(6, k, {0, 255}, random);
    const int innerBits = 8 + static_cast<int>(random() % 6);
    const Tiling tiling = Tiling::of(k, 0);
    const PartialSums sums = tilePartialSums(codes, 1, 3, rows, tiling, 0, innerBits, 64);
    EXPECT_EQ(sums.exact.total(), 3 * 6 * k);
    EXPECT_EQ(sums.wrapped.total(), 3 * 6 * k);
    EXPECT_EQ(sums.saturated.total(), 3 * 6 * k);

    const Datapath datapath{.innerBits = innerBits, .outerBits = 40};
    std::int64_t largest = 0;
    bool overflowed = false;
    for (std::int64_t channel = 1; channel < 4; ++channel) {
      for (std::int64_t row = 0; row < 6; ++row) {
        const DotProductTrace trace = emulateDotProduct(
            std::span(codes.row(channel).data(), static_cast<std::size_t>(k)),
            std::span(rows.row(row).data(), static_cast<std::size_t>(k)), datapath, AccumulationOrder::natural(tiling));
        largest = std::max(largest, trace.largestPartialSum);
        overflowed = overflowed || trace.overflowed();
      }
    }
    EXPECT_EQ(std::max(std::abs(sums.exact.observed.low), std::abs(sums.exact.observed.high)), largest);
    EXPECT_EQ(sums.outside > 0, overflowed);
    const IntegerRange held = twosComplement(innerBits);
    for (const PartialSumHistogram* histogram : {&sums.wrapped, &sums.saturated}) {
      EXPECT_GE(histogram->observed.low, held.low);
      EXPECT_LE(histogram->observed.high, held.high);
    }
  }
}

TEST(PartialSums, ARegisterWideEnoughHoldsTheTruth) {
  std::mt19937 random(6);
  const CodeMatrix codes = drawCodes(4, 32, {-7, 7}, random);
  const CodeMatrix rows = drawCodes(8, 32, {-128, 127}, random);
  const PartialSums sums = tilePartialSums(codes, 0, 4, rows, Tiling::of(32, 8), 2, 20, 128);
  EXPECT_EQ(sums.outside, 0);
  EXPECT_EQ(sums.exact.counts, sums.wrapped.counts);
  EXPECT_EQ(sums.exact.counts, sums.saturated.counts);
  EXPECT_EQ(sums.exact.range, twosComplement(20));
}

TEST(PartialSums, OnlyTheTilesColumnsCount) {
  CodeMatrix codes(1, 4);
  codes << 1, 2, 3, 4;
  CodeMatrix rows(1, 4);
  rows << 10, 10, 10, 10;
  const PartialSums sums = tilePartialSums(codes, 0, 1, rows, Tiling::of(4, 2), 1, 6, 64);
  EXPECT_EQ(sums.exact.observed, (IntegerRange{30, 70}));
  EXPECT_EQ(sums.outside, 1);
  EXPECT_EQ(sums.wrapped.observed, (IntegerRange{6, 30}));  // 70 − 64
  EXPECT_EQ(sums.saturated.observed, (IntegerRange{30, 31}));
  EXPECT_EQ(fullBins(sums.exact), 2);
}

}  // namespace
}  // namespace axescope
