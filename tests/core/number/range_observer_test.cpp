// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/range_observer.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace axescope {
namespace {

using Values = std::vector<float>;

constexpr ActivationEncoding everyEncoding[] = {ActivationEncoding::asymmetric, ActivationEncoding::centred,
                                                ActivationEncoding::signedSymmetric,
                                                ActivationEncoding::unsignedSymmetric};

// Two-sided with a heavy tail above; relu takes the negative ones away.
Values heavyTail(std::size_t count, bool relu) {
  std::mt19937 generator(5);
  std::normal_distribution<float> normal;
  Values values(count);
  for (float& value : values) {
    value = normal(generator);
    if (value > 1.5F) value *= value;
    if (relu) value = std::max(value, 0.0F);
  }
  return values;
}

ActivationQuantizer found(const Values& values, int bits, ActivationEncoding encoding) {
  RangeObserver observer(ActivationRangeRule::mse, 100.0, static_cast<std::int64_t>(values.size()));
  observer.observe(values);
  return observer.quantizer(bits, encoding);
}

// The definition, on the values themselves.
double meanSquaredError(const Values& values, const ActivationQuantizer& quantizer) {
  double sum = 0.0;
  for (const float value : values) {
    const double error =
        static_cast<double>(value) - static_cast<double>(quantizer.dequantize(quantizer.quantize(value)));
    sum += error * error;
  }
  return sum / static_cast<double>(values.size());
}

// Every pair of ends on a grid of sixtieths of the extremes.
double leastOnGrid(const Values& values, int bits, ActivationEncoding encoding) {
  constexpr int steps = 60;
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  double best = meanSquaredError(values, activationQuantizer(*least, *greatest, bits, encoding));
  for (int low = *least < 0.0F ? 1 : steps; low <= steps; ++low) {
    for (int high = 1; high <= steps; ++high) {
      const ActivationQuantizer quantizer = activationQuantizer(
          static_cast<double>(*least) * low / steps, static_cast<double>(*greatest) * high / steps, bits, encoding);
      best = std::min(best, meanSquaredError(values, quantizer));
    }
  }
  return best;
}

TEST(RangeOfLeastError, IsAsGoodAsAnExhaustiveSearch) {
  for (const bool relu : {false, true}) {
    const Values values = heavyTail(2000, relu);
    for (const ActivationEncoding encoding : everyEncoding) {
      for (const int bits : {2, 3, 4, 6, 8}) {
        const double own = meanSquaredError(values, found(values, bits, encoding));
        EXPECT_LE(own, 1.02 * leastOnGrid(values, bits, encoding))
            << bits << " bits, encoding " << static_cast<int>(encoding) << (relu ? ", relu" : "");
      }
    }
  }
}

TEST(RangeOfLeastError, ClipsTheTailAtFewBitsAndLessAtMore) {
  const Values values = heavyTail(20'000, false);
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  for (const ActivationEncoding encoding : everyEncoding) {
    double before = 0.0;
    for (const int bits : {3, 4, 6, 8}) {
      const ActivationQuantizer quantizer = found(values, bits, encoding);
      const double covered = quantizer.dequantize(quantizer.range().high);
      EXPECT_GT(covered, before) << bits;
      before = covered;
      const ActivationQuantizer whole = activationQuantizer(*least, *greatest, bits, encoding);
      EXPECT_LE(meanSquaredError(values, quantizer), meanSquaredError(values, whole)) << bits;
    }
    EXPECT_LT(found(values, 3, encoding).dequantize(activationRange(3, encoding).high), 0.6 * *greatest);
  }
}

TEST(RangeOfLeastError, TheEndOfOneSidedValuesStaysZero) {
  const Values above = heavyTail(5000, true);
  Values below = above;
  for (float& value : below) value = -value;
  for (const int bits : {2, 4, 8}) {
    EXPECT_EQ(found(above, bits, ActivationEncoding::asymmetric).zeroPoint, 0);
    EXPECT_EQ(found(above, bits, ActivationEncoding::centred).zeroPoint,
              activationRange(bits, ActivationEncoding::centred).low);
    EXPECT_EQ(found(below, bits, ActivationEncoding::asymmetric).zeroPoint,
              activationRange(bits, ActivationEncoding::asymmetric).high);
  }
}

// No clipping pays where values are spread evenly: the error of every one clipped would be more than rounding's.
TEST(RangeOfLeastError, EvenlySpreadValuesAreCoveredWhole) {
  Values values(10'001);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) / 10'000.0F;
  for (const int bits : {4, 8}) {
    const ActivationQuantizer quantizer = found(values, bits, ActivationEncoding::asymmetric);
    EXPECT_NEAR(static_cast<double>(quantizer.dequantize(quantizer.range().high)), 1.0, 0.04) << bits;
  }
}

TEST(RangeOfLeastError, DependsNeitherOnOrderNorOnPieces) {
  Values values = heavyTail(3000, false);
  const ActivationQuantizer whole = found(values, 4, ActivationEncoding::centred);
  std::reverse(values.begin(), values.end());
  RangeObserver observer(ActivationRangeRule::mse, 100.0, static_cast<std::int64_t>(values.size()));
  for (std::size_t i = 0; i < values.size(); i += 7) {
    observer.observe(std::span(values).subspan(i, std::min<std::size_t>(7, values.size() - i)));
  }
  EXPECT_EQ(observer.quantizer(4, ActivationEncoding::centred), whole);
}

TEST(RangeOfLeastError, ScalesWithTheValues) {
  const Values values = heavyTail(3000, false);
  Values larger = values;
  for (float& value : larger) value *= 1024.0F;
  ActivationQuantizer expected = found(values, 5, ActivationEncoding::asymmetric);
  expected.scale *= 1024.0;
  EXPECT_EQ(found(larger, 5, ActivationEncoding::asymmetric), expected);
}

TEST(RangeOfLeastError, ConstantsAndNothingAreNoExceptions) {
  for (const ActivationEncoding encoding : everyEncoding) {
    EXPECT_EQ(found({}, 4, encoding), activationQuantizer(0.0, 0.0, 4, encoding));
    EXPECT_EQ(found({0.0F, -0.0F, 0.0F}, 4, encoding), activationQuantizer(0.0, 0.0, 4, encoding));
    const Values constant(10, 3.0F);
    EXPECT_LT(meanSquaredError(constant, found(constant, 4, encoding)), 1e-5);
  }
}

TEST(RangeObserver, ThePercentileRuleIsWhatItWas) {
  const Values values = heavyTail(4000, false);
  for (const double percentile : {99.0, 99.95, 100.0}) {
    PercentileObserver tails(percentile, static_cast<std::int64_t>(values.size()));
    RangeObserver observer(ActivationRangeRule::percentile, percentile, static_cast<std::int64_t>(values.size()));
    tails.observe(values);
    observer.observe(values);
    for (const ActivationEncoding encoding : everyEncoding) {
      EXPECT_EQ(observer.quantizer(6, encoding), activationQuantizer(tails.low(), tails.high(), 6, encoding));
    }
  }
}

TEST(ValueHistogram, BinsHoldEveryValueNearby) {
  const Values values{0.0F, -0.0F, 1.0F, 1.0F, -3.25F, 1e-30F, 65504.0F, 1e-42F};
  ValueHistogram histogram;
  histogram.observe(values);
  EXPECT_EQ(histogram.observed(), 8);
  EXPECT_EQ(histogram.least(), -3.25);
  EXPECT_EQ(histogram.greatest(), 65504.0);
  std::int64_t count = 0;
  for (const ValueHistogram::Bin& bin : histogram.bins()) {
    count += bin.count;
    const bool near = std::any_of(values.begin(), values.end(), [&](float value) {
      const auto v = static_cast<double>(value);
      return std::abs(bin.value - v) <= std::abs(v) / 4096.0 + 1e-41;
    });
    EXPECT_TRUE(near) << bin.value;
  }
  EXPECT_EQ(count, histogram.observed());
}

}  // namespace
}  // namespace axescope
