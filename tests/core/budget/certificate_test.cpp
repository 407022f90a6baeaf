// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/budget/certificate.h"

#include <algorithm>
#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "core/budget/bounds.h"

namespace axescope {
namespace {

CodeMatrix randomCodes(std::int64_t channels, std::int64_t k, IntegerRange range, std::mt19937& generator) {
  std::uniform_int_distribution<int> code(static_cast<int>(range.low), static_cast<int>(range.high));
  CodeMatrix codes(channels, k);
  for (Eigen::Index i = 0; i < codes.size(); ++i) codes.data()[i] = static_cast<std::int16_t>(code(generator));
  return codes;
}

/// The smallest and largest sum of products over every subset of the columns and every corner input: what any order
/// of accumulation can pass through.
IntegerRange reachable(std::span<const std::int16_t> codes, IntegerRange activations) {
  IntegerRange range;
  std::int64_t states = 1;
  for (std::size_t i = 0; i < codes.size(); ++i) states *= 3;
  for (std::int64_t state = 0; state < states; ++state) {
    std::int64_t sum = 0;
    std::int64_t rest = state;
    for (const std::int64_t q : codes) {
      const std::int64_t choice = rest % 3;
      rest /= 3;
      if (choice == 1) sum += q * activations.low;
      if (choice == 2) sum += q * activations.high;
    }
    range = {std::min(range.low, sum), std::max(range.high, sum)};
  }
  return range;
}

std::span<const std::int16_t> tileCodes(const CodeMatrix& codes, Eigen::Index c, const Tiling& tiling, std::int64_t t) {
  return {codes.data() + c * codes.cols() + tiling.begin(t), static_cast<std::size_t>(tiling.end(t) - tiling.begin(t))};
}

TEST(Tiling, CutsTheColumnsInOriginalOrder) {
  const Tiling tiling = Tiling::of(10, 4);
  EXPECT_EQ(tiling.tiles(), 3);
  EXPECT_EQ(tiling.begin(2), 8);
  EXPECT_EQ(tiling.end(2), 10);
  EXPECT_EQ(tiling.tileOf(7), 1);
}

TEST(Tiling, NoSizeOrTooLargeASizeIsMonolithic) {
  for (const std::int64_t size : {0, -1, 10, 11}) {
    EXPECT_EQ(Tiling::of(10, size).tileSize, 10);
    EXPECT_EQ(Tiling::of(10, size).tiles(), 1);
  }
}

TEST(Certificate, ExtremesAreExactlyWhatAnyOrderAndInputCanReach) {
  std::mt19937 generator(17);
  for (const IntegerRange activations : {IntegerRange{0, 3}, IntegerRange{0, 255}, IntegerRange{-8, 7},
                                         IntegerRange{-1, 0}, IntegerRange{-32768, 32767}}) {
    for (int round = 0; round < 20; ++round) {
      const std::int64_t k = 1 + round % 7;
      const CodeMatrix codes = randomCodes(3, k, {-8, 7}, generator);
      const Tiling tiling = Tiling::of(k, 1 + round % 3);
      for (int p = 2; p <= 22; ++p) {
        const Certificate certificate(codes, tiling, activations, p, 0);
        for (std::int64_t c = 0; c < 3; ++c) {
          int widest = 2;
          for (std::int64_t t = 0; t < tiling.tiles(); ++t) {
            const IntegerRange truth = reachable(tileCodes(codes, c, tiling, t), activations);
            EXPECT_EQ(certificate.sums(c, t).extremes(activations), truth);
            EXPECT_EQ(certificate.innerGuaranteed(c, t), fits(truth, p));
            EXPECT_EQ(certificate.headroomBits(c, t), p - exactBound(truth));
            EXPECT_EQ(certificate.use(c, t) <= 1.0, fits(truth, p));
            widest = std::max(widest, exactBound(truth));
          }
          EXPECT_EQ(certificate.smallestInnerBits(c), widest);
          const IntegerRange whole = reachable(tileCodes(codes, c, Tiling::of(k, 0), 0), activations);
          EXPECT_EQ(certificate.smallestOuterBits(c), exactBound(whole));
        }
      }
    }
  }
}

TEST(Certificate, TheOuterExtremesCountEachTileAsOftenAsItsMultiplier) {
  std::mt19937 generator(18);
  for (const IntegerRange activations : {IntegerRange{0, 3}, IntegerRange{-8, 7}, IntegerRange{-1, 0}}) {
    for (int round = 0; round < 40; ++round) {
      const std::int64_t k = 1 + round % 7;
      const CodeMatrix codes = randomCodes(3, k, {-8, 7}, generator);
      const Tiling tiling = Tiling::of(k, 1 + round % 3);
      const TileMultipliers multipliers(tiling, randomCodes(3, tiling.tiles(), {1, 15}, generator));
      const Certificate certificate(codes, tiling, activations, 20, 0, multipliers);
      const Certificate alone(codes, tiling, activations, 20, 0);
      EXPECT_EQ(certificate.smallestInnerBits(), alone.smallestInnerBits());
      EXPECT_EQ(certificate.maxUse(), alone.maxUse());
      int widest = 2;
      for (std::int64_t c = 0; c < 3; ++c) {
        std::vector<std::int16_t> counted;
        for (std::int64_t i = 0; i < k; ++i) {
          counted.push_back(static_cast<std::int16_t>(codes(c, i) * multipliers.ofColumn(c, i)));
        }
        const int needed = exactBound(reachable(counted, activations));
        EXPECT_EQ(certificate.smallestOuterBits(c), needed);
        widest = std::max(widest, needed);
      }
      EXPECT_EQ(certificate.outerBits(), widest);
      EXPECT_TRUE(Certificate(codes, tiling, activations, 20, widest, multipliers).guaranteed());
      EXPECT_EQ(Certificate(codes, tiling, activations, 20, widest - 1, multipliers).guaranteed(), widest == 2);
    }
  }
}

TEST(Certificate, AnUnsafeTileEntersWithItsAccumulatorsRangeTimesItsMultiplier) {
  const CodeMatrix codes{{100, 100, 1, -1}};  // tile 0 reaches 200 with x = 1
  const Tiling tiling = Tiling::of(4, 2);
  const Certificate certificate(codes, tiling, {0, 1}, 8, 0, {tiling, CodeMatrix{{3, 5}}});
  EXPECT_FALSE(certificate.innerGuaranteed(0, 0));
  EXPECT_EQ(certificate.outerBits(), exactBound({3 * -128 + 5 * -1, 3 * 127 + 5 * 1}));
}

TEST(Certificate, RandomOrdersNeverLeaveAGuaranteedRange) {
  std::mt19937 generator(19);
  for (int round = 0; round < 300; ++round) {
    const int activationBits = 1 + round % 8;
    const bool isSigned = round % 3 == 0;
    const IntegerRange activations = activationRange(
        activationBits, isSigned ? ActivationEncoding::signedSymmetric : ActivationEncoding::asymmetric);
    const std::int64_t k = 1 + static_cast<std::int64_t>(generator() % 60);
    const CodeMatrix codes = randomCodes(1, k, {-8, 7}, generator);
    const Tiling tiling = Tiling::of(k, 0);
    const int p = Certificate(codes, tiling, activations, 32, 0).smallestInnerBits();
    const Certificate certificate(codes, tiling, activations, p, 0);
    ASSERT_TRUE(certificate.guaranteed());
    std::vector<std::int64_t> order(static_cast<std::size_t>(k));
    std::iota(order.begin(), order.end(), 0);
    for (int trial = 0; trial < 10; ++trial) {
      std::shuffle(order.begin(), order.end(), generator);
      std::int64_t sum = 0;
      for (const std::int64_t i : order) {
        const bool corner = generator() % 2 == 0;
        sum += codes(0, i) * (corner ? activations.high : activations.low);
        ASSERT_LE(std::abs(sum), accumulatorLimit(p));
      }
    }
  }
}

TEST(Certificate, OneBitLessThanTheSmallestIsNotGuaranteed) {
  std::mt19937 generator(23);
  for (int round = 0; round < 100; ++round) {
    const CodeMatrix codes = randomCodes(4, 30, {-128, 127}, generator);
    const Tiling tiling = Tiling::of(30, 1 + round % 30);
    const IntegerRange activations{-(round % 2) * 128, 127};
    const Certificate wide(codes, tiling, activations, 40, 0);
    EXPECT_TRUE(wide.guaranteed());
    EXPECT_EQ(wide.outerBits(), wide.smallestOuterBits());
    const int inner = wide.smallestInnerBits();
    const int outer = wide.smallestOuterBits();
    EXPECT_TRUE(Certificate(codes, tiling, activations, inner, outer).guaranteed());
    EXPECT_FALSE(Certificate(codes, tiling, activations, inner - 1, outer).guaranteed());
    EXPECT_FALSE(Certificate(codes, tiling, activations, inner, outer - 1).guaranteed());
  }
}

TEST(Certificate, UnsafeTileEntersTheOuterSumWithItsAccumulatorsRange) {
  CodeMatrix codes(1, 4);
  codes << 100, 100, 1, -1;  // tile 0 reaches 200 with x = 1
  const Tiling tiling = Tiling::of(4, 2);
  const IntegerRange activations{0, 1};
  const Certificate certificate(codes, tiling, activations, 8, 0);
  EXPECT_FALSE(certificate.innerGuaranteed(0, 0));
  EXPECT_TRUE(certificate.innerGuaranteed(0, 1));
  // [−128 − 1, 127 + 1]
  EXPECT_EQ(certificate.outerBits(), 9);
  EXPECT_TRUE(certificate.outerGuaranteed(0));
  EXPECT_FALSE(certificate.guaranteed(0));
  EXPECT_FALSE(Certificate(codes, tiling, activations, 8, 8).outerGuaranteed(0));
  EXPECT_EQ(certificate.smallestOuterBits(0), 9);  // 201
}

TEST(Certificate, AutomaticOuterWidthIsTheWidestChannels) {
  CodeMatrix codes(2, 2);
  codes << 1, 1, 100, -100;
  const Certificate certificate(codes, Tiling::of(2, 1), {0, 255}, 20, 0);
  EXPECT_EQ(certificate.smallestOuterBits(0), 10);
  EXPECT_EQ(certificate.smallestOuterBits(1), 16);
  EXPECT_EQ(certificate.outerBits(), 16);
}

TEST(Certificate, UseIsTheShareOfTheBudget) {
  CodeMatrix codes(1, 4);
  codes << 3, 4, -2, -5;
  const Certificate certificate(codes, Tiling::of(4, 2), {0, 1}, 4, 0);
  EXPECT_DOUBLE_EQ(certificate.use(0, 0), 1.0);
  EXPECT_DOUBLE_EQ(certificate.use(0, 1), 1.0);
  EXPECT_DOUBLE_EQ(Certificate(codes, Tiling::of(4, 4), {-1, 1}, 4, 0).maxUse(), 2.0);
}

TEST(Certificate, AllZeroCodesNeedTheLeastWidth) {
  const CodeMatrix codes = CodeMatrix::Zero(3, 9);
  const Certificate certificate(codes, Tiling::of(9, 4), {0, 255}, 2, 0);
  EXPECT_TRUE(certificate.guaranteed());
  EXPECT_EQ(certificate.smallestInnerBits(), 2);
  EXPECT_EQ(certificate.outerBits(), 2);
  EXPECT_EQ(certificate.maxUse(), 0.0);
}

TEST(Certificate, WidestAccumulatorsAndCodes) {
  const CodeMatrix codes = CodeMatrix::Constant(2, 1000, -32768);
  for (const int inner : {2, 16, 41, 42, 63}) {
    const Certificate certificate(codes, Tiling::of(1000, 100), {-32768, 32767}, inner, 0);
    // 100 · 2^30 needs 38 bits and is not below a power of two by one.
    EXPECT_EQ(certificate.smallestInnerBits(), 38);
    EXPECT_EQ(certificate.smallestOuterBits(), 41);
    EXPECT_EQ(certificate.guaranteed(), inner >= 38);
    EXPECT_TRUE(certificate.outerGuaranteed(0));
  }
}

TEST(Certificate, ChannelsHaveAccumulatorsOfTheirOwn) {
  std::mt19937 generator(21);
  const CodeMatrix codes = randomCodes(6, 24, {-7, 7}, generator);
  const Tiling tiling = Tiling::of(24, 8);
  const IntegerRange activations{0, 255};
  const std::vector<int> own{12, 14, 16, 11, 13, 16};
  const Certificate certificate(codes, tiling, activations, 16, 0, {}, own);
  EXPECT_EQ(certificate.innerBits(), 16);
  bool all = true;
  for (Eigen::Index c = 0; c < 6; ++c) {
    const int bits = own[static_cast<std::size_t>(c)];
    const Certificate alone(codes.row(c), tiling, activations, bits, 0);
    EXPECT_EQ(certificate.innerBits(c), bits);
    EXPECT_EQ(certificate.use(c), alone.use(0));
    EXPECT_EQ(certificate.smallestInnerBits(c), alone.smallestInnerBits());
    for (std::int64_t tile = 0; tile < tiling.tiles(); ++tile) {
      EXPECT_EQ(certificate.innerGuaranteed(c, tile), alone.innerGuaranteed(0, tile));
      EXPECT_EQ(certificate.headroomBits(c, tile), alone.headroomBits(0, tile));
      all = all && alone.innerGuaranteed(0, tile);
    }
  }
  EXPECT_EQ(certificate.guaranteed(), all);
  EXPECT_FALSE(all) << "some of these are too narrow";
  EXPECT_TRUE(Certificate(codes, tiling, activations, 16, 0).guaranteed());
}

}  // namespace
}  // namespace axescope
