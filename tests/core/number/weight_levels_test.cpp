// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/weight_levels.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace axescope {
namespace {

using enum WeightQuantizer;

std::vector<double> magnitudesOf(WeightQuantizer quantizer, int bits) {
  const WeightLevels levels({bits, quantizer}, WeightRange::narrow);
  return {levels.magnitudes().begin(), levels.magnitudes().end()};
}

// The definition in the paper, real numbers between 0 and 1 (equation 5 and the odd case below it), then scaled.
std::vector<double> additiveAsPublished(int magnitudeBits) {
  const int n = magnitudeBits / 2;
  const bool odd = magnitudeBits % 2 == 1;
  std::set<double> sums{0.0};
  const auto add = [&](const std::vector<double>& term) {
    std::set<double> wider;
    for (const double sum : sums) {
      for (const double power : term) wider.insert(sum + power);
    }
    sums = wider;
  };
  for (int i = 0; i < n; ++i) {
    add({0.0, std::exp2(-i), std::exp2(-(i + n)), std::exp2(odd ? -(i + 2 * n + 1) : -(i + 2 * n))});
  }
  if (odd) add({0.0, std::exp2(-2 * n)});
  const double least = *std::next(sums.begin());
  std::vector<double> scaled(sums.begin(), sums.end());
  for (double& sum : scaled) sum /= least;
  return scaled;
}

TEST(WeightLevels, PowersOfTwoDoubleFromOneOn) {
  EXPECT_EQ(magnitudesOf(powerOfTwo, 2), (std::vector<double>{0, 1}));
  EXPECT_EQ(magnitudesOf(powerOfTwo, 3), (std::vector<double>{0, 1, 2, 4}));
  EXPECT_EQ(magnitudesOf(powerOfTwo, 4), (std::vector<double>{0, 1, 2, 4, 8, 16, 32, 64}));
  EXPECT_EQ(magnitudesOf(powerOfTwo, 5).size(), 16U);
  EXPECT_EQ(magnitudesOf(powerOfTwo, 5).back(), 16384);
}

TEST(WeightLevels, AdditivePowersOfTwoAreThePublishedSums) {
  EXPECT_EQ(magnitudesOf(additivePowerOfTwo, 2), (std::vector<double>{0, 1}));
  EXPECT_EQ(magnitudesOf(additivePowerOfTwo, 3), (std::vector<double>{0, 1, 2, 4}));
  EXPECT_EQ(magnitudesOf(additivePowerOfTwo, 4), (std::vector<double>{0, 1, 2, 3, 4, 6, 8, 10}));
  EXPECT_EQ(magnitudesOf(additivePowerOfTwo, 5),
            (std::vector<double>{0, 1, 2, 3, 4, 6, 8, 9, 12, 16, 18, 24, 32, 33, 36, 48}));
  EXPECT_EQ(magnitudesOf(additivePowerOfTwo, 6).back(), 100);
  EXPECT_EQ(magnitudesOf(additivePowerOfTwo, 7).back(), 448);
  EXPECT_EQ(magnitudesOf(additivePowerOfTwo, 8).back(), 904);
  for (int bits = 2; bits <= 11; ++bits) {
    EXPECT_EQ(magnitudesOf(additivePowerOfTwo, bits), additiveAsPublished(bits - 1)) << bits;
    EXPECT_EQ(magnitudesOf(additivePowerOfTwo, bits).size(), std::size_t{1} << (bits - 1)) << bits;
  }
}

TEST(WeightLevels, FormatsFitWhereEveryLevelTimesTheFactorHasSixteenBits) {
  for (const WeightQuantizer quantizer : {powerOfTwo, additivePowerOfTwo}) {
    for (int bits = 2; bits <= 11; ++bits) {
      const WeightFormat format{bits, quantizer};
      if (!format.fitsCodes()) {
        EXPECT_EQ(quantizer, powerOfTwo);
        EXPECT_GT(bits, 5);
        continue;
      }
      EXPECT_EQ(static_cast<double>(format.largestMagnitude()), magnitudesOf(quantizer, bits).back());
      for (const std::int64_t factor : {1, 8, 15}) {
        EXPECT_EQ(format.fitsCodes(factor), factor * format.largestMagnitude() <= 32767) << bits << ' ' << factor;
      }
    }
    EXPECT_FALSE((WeightFormat{1, quantizer}.fitsCodes()));
    EXPECT_FALSE((WeightFormat{12, quantizer}.fitsCodes()));
  }
  EXPECT_TRUE((WeightFormat{16, uniform}.fitsCodes()));
  EXPECT_TRUE((WeightFormat{12, uniform}.fitsCodes(15)));
  EXPECT_FALSE((WeightFormat{13, uniform}.fitsCodes(15)));
  EXPECT_EQ((WeightFormat{4, uniform}.largestMagnitude()), 8);
}

TEST(WeightLevels, AllAnswersAreThoseOfTryingEveryLevel) {
  std::mt19937 random(3);
  for (const WeightLevels& levels :
       {WeightLevels(IntegerRange{-7, 7}), WeightLevels(IntegerRange{-1, 0}),
        WeightLevels({4, powerOfTwo}, WeightRange::narrow), WeightLevels({5, powerOfTwo}, WeightRange::full),
        WeightLevels({4, additivePowerOfTwo}, WeightRange::narrow),
        WeightLevels({8, additivePowerOfTwo}, WeightRange::narrow)}) {
    std::vector<std::int64_t> all;
    for (std::int64_t code = -32768; code <= 32767; ++code) {
      const bool isLevel = levels.isUniform()
                               ? code >= levels.range().low && code <= levels.range().high
                               : std::ranges::count(levels.magnitudes(), static_cast<double>(std::abs(code))) > 0;
      EXPECT_EQ(levels.contains(code), isLevel) << code;
      if (isLevel) all.push_back(code);
    }
    EXPECT_EQ(levels.range(), (IntegerRange{all.front(), all.back()}));
    for (std::size_t i = 0; i < all.size(); ++i) {
      EXPECT_EQ(levels.neighbour(all[i], 1), all[std::min(i + 1, all.size() - 1)]) << all[i];
      EXPECT_EQ(levels.neighbour(all[i], -1), all[i > 0 ? i - 1 : 0]) << all[i];
    }
    // Quarters hit every tie.
    std::uniform_int_distribution<int> quarters(static_cast<int>(5 * all.front()) - 9,
                                                static_cast<int>(5 * all.back()) + 9);
    for (int round = 0; round < 4000; ++round) {
      const double value = quarters(random) / 4.0;
      const auto down = static_cast<double>(random() % 40);
      const auto up = static_cast<double>(random() % 40);
      const auto nearest = [&](double from, double to) {
        double best = 0.0;
        for (const std::int64_t level : all) {
          const auto candidate = static_cast<double>(level);
          if (candidate < from || candidate > to) continue;
          const double gain = std::abs(value - best) - std::abs(value - candidate);
          const bool even = level % 2 == 0;
          const bool wins = levels.isUniform() ? even : std::abs(candidate) < std::abs(best);
          if (gain > 0.0 || (gain == 0.0 && wins)) best = candidate;
        }
        return best;
      };
      constexpr double anywhere = 1e9;
      EXPECT_EQ(levels.nearest(value), nearest(-anywhere, anywhere)) << value;
      EXPECT_EQ(levels.nearestWithin(value, down, up), nearest(-down, up)) << value << ' ' << down << ' ' << up;
      double toward = 0.0;
      for (const std::int64_t level : all) {
        const auto candidate = static_cast<double>(level);
        if (candidate * value >= 0.0 && std::abs(candidate) <= std::abs(value) &&
            std::abs(candidate) > std::abs(toward))
          toward = candidate;
      }
      EXPECT_EQ(levels.towardZero(value), toward) << value;
    }
  }
}

}  // namespace
}  // namespace axescope
