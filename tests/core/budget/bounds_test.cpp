// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/budget/bounds.h"

#include <cmath>
#include <cstdint>

#include <gtest/gtest.h>

namespace axescope {
namespace {

__extension__ using Wide = __int128;

constexpr std::int64_t lengths[] = {1,
                                    2,
                                    3,
                                    7,
                                    8,
                                    9,
                                    64,
                                    128,
                                    300,
                                    511,
                                    512,
                                    513,
                                    4096,
                                    4608,
                                    9999,
                                    1000000007,
                                    (std::int64_t{1} << 40) - 1,
                                    std::int64_t{1} << 40};

/// 2^bits as a wide integer, bits up to 125.
Wide power(int bits) {
  return Wide{1} << bits;
}

int leastSignedBits(Wide magnitude) {
  int bits = leastAccumulatorBits;
  while (power(bits - 1) - 1 < magnitude) ++bits;
  return bits;
}

TEST(DataTypeBound, KnownValues) {
  EXPECT_EQ(dataTypeBound(128, {4}, 4, false), 16);
  EXPECT_EQ(dataTypeBound(4096, {4}, 8, false), 25);
  EXPECT_EQ(dataTypeBound(4096, {4}, 8, true), 24);
}

TEST(DataTypeBound, IsTheLeastWidthThatHoldsTheLargestProductSum) {
  for (const std::int64_t k : lengths) {
    for (int m = 1; m <= 16; ++m) {
      for (int n = 1; n <= 16; ++n) {
        for (const int s : {0, 1}) {
          const Wide worst = Wide{k} * power(n - s) * power(m - 1);
          EXPECT_EQ(dataTypeBound(k, {m}, n, s == 1), leastSignedBits(worst)) << k << ' ' << m << ' ' << n << ' ' << s;
        }
      }
    }
  }
}

// The published form, in long double; left out where its own rounding could decide.
TEST(DataTypeBound, IsThePublishedFormula) {
  for (const std::int64_t k : {3, 5, 100, 128, 300, 4096, 4608}) {
    for (int m = 2; m <= 8; ++m) {
      for (int n = 1; n <= 8; ++n) {
        for (const int s : {0, 1}) {
          const long double a = std::log2(static_cast<long double>(k)) + n + m - 1 - s;
          const long double width = a + std::log2(1.0L + std::exp2(-a)) + 1.0L;
          if (std::abs(width - std::round(width)) < 1e-12L) continue;
          EXPECT_EQ(dataTypeBound(k, {m}, n, s == 1), static_cast<int>(std::ceil(width)));
        }
      }
    }
  }
}

TEST(A2q, BudgetIsTheLargestNormThatFits) {
  for (int p = leastAccumulatorBits; p <= mostAccumulatorBits; ++p) {
    for (int n = 1; n <= 16; ++n) {
      for (const int s : {0, 1}) {
        const std::int64_t budget = a2qBudget(p, n, s == 1);
        EXPECT_LE(Wide{budget} * power(n - s), power(p - 1) - 1);
        EXPECT_GT((Wide{budget} + 1) * power(n - s), power(p - 1) - 1);
        EXPECT_LE(a2qBound(budget, n, s == 1), p);
        EXPECT_GT(a2qBound(budget + 1, n, s == 1), p);
      }
    }
  }
}

TEST(A2q, BoundIsTheLeastWidth) {
  for (const std::int64_t norm : lengths) {
    for (int n = 1; n <= 16; ++n) {
      EXPECT_EQ(a2qBound(norm, n, false), leastSignedBits(Wide{norm} * power(n)));
      EXPECT_EQ(a2qBound(norm, n, true), leastSignedBits(Wide{norm} * power(n - 1)));
    }
  }
  EXPECT_EQ(a2qBound(0, 8, false), leastAccumulatorBits);
}

TEST(A2qPlus, BoundIsTheInverseOfTheBudget) {
  for (int n = 1; n <= 16; ++n) {
    const Wide largestCode = power(n) - 1;
    for (int p = leastAccumulatorBits; p <= mostAccumulatorBits; ++p) {
      const auto norm = static_cast<std::int64_t>((power(p) - 2) / largestCode);  // floor of the budget
      EXPECT_LE(a2qPlusBound(norm, n), p) << n;
      EXPECT_GT(a2qPlusBound(norm + 1, n), p) << n;
      for (const auto encoding : {ActivationEncoding::asymmetric, ActivationEncoding::centred}) {
        const double budget = a2qPlusBudget(p, activationRange(n, encoding));
        EXPECT_NEAR(budget / (static_cast<double>(power(p) - 2) / static_cast<double>(largestCode)), 1.0, 1e-15);
      }
    }
    for (const std::int64_t norm : lengths) {
      int bits = 1;
      while (power(bits) < Wide{norm} * largestCode + 2) ++bits;
      EXPECT_EQ(a2qPlusBound(norm, n), bits);
    }
  }
}

TEST(A2qPlus, NeedsNoMoreThanA2q) {
  for (const std::int64_t norm : lengths) {
    for (int n = 1; n <= 16; ++n) EXPECT_LE(a2qPlusBound(norm, n), a2qBound(norm, n, false));
  }
}

TEST(ExactBound, IsTheLeastSymmetricWidth) {
  EXPECT_EQ(exactBound({0, 0}), 2);
  EXPECT_EQ(exactBound({-1, 1}), 2);
  EXPECT_EQ(exactBound({0, 2}), 3);
  EXPECT_EQ(exactBound({0, 127}), 8);
  EXPECT_EQ(exactBound({-127, 0}), 8);
  // −128 is a two's complement value of 8 bits, but guarantees use [−127, 127].
  EXPECT_EQ(exactBound({-128, 0}), 9);
  for (int p = 3; p <= mostAccumulatorBits; ++p) {
    const std::int64_t limit = accumulatorLimit(p);
    EXPECT_EQ(exactBound({0, limit}), p);
    EXPECT_EQ(exactBound({-limit, 0}), p);
    EXPECT_EQ(exactBound({0, limit + 1}), p + 1);
    EXPECT_EQ(exactBound({-limit - 1, 5}), p + 1);
  }
}

TEST(PublishedOuterBits, IsTheLeastPowerOfTwoThatCountsTheTiles) {
  EXPECT_EQ(publishedOuterBits(16, 1), 16);
  EXPECT_EQ(publishedOuterBits(16, 32), 21);
  EXPECT_EQ(publishedOuterBits(16, 33), 22);
  for (std::int64_t tiles = 1; tiles < 5000; ++tiles) {
    int extra = 0;
    while ((std::int64_t{1} << extra) < tiles) ++extra;
    EXPECT_EQ(publishedOuterBits(12, tiles), 12 + extra);
  }
}

TEST(L1Budget, IsThatOfTheRuleForEveryRangeOfCodes) {
  for (const auto encoding : {ActivationEncoding::asymmetric, ActivationEncoding::centred}) {
    for (int n = 1; n <= 16; ++n) {
      for (int p = 2; p <= 40; ++p) {
        const IntegerRange range = activationRange(n, encoding);
        EXPECT_EQ(l1Budget(L1Budget::a2q, p, range),
                  static_cast<double>(a2qBudget(p, n, encoding == ActivationEncoding::centred)));
        EXPECT_EQ(l1Budget(L1Budget::a2qPlus, p, range), a2qPlusBudget(p, range));
      }
    }
  }
}

}  // namespace
}  // namespace axescope
