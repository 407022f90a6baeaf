// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/percentile.h"

#include <algorithm>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace axescope {
namespace {

/// NumPy's default definition on the sorted values.
double sortedPercentile(std::vector<float> values, double percentile) {
  std::sort(values.begin(), values.end());
  const double position = percentile / 100.0 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(std::floor(position));
  const std::size_t above = std::min(below + 1, values.size() - 1);
  const double weight = position - static_cast<double>(below);
  return static_cast<double>(values[below]) +
         weight * (static_cast<double>(values[above]) - static_cast<double>(values[below]));
}

void expectMatchesSorting(const std::vector<float>& values, double percentile) {
  PercentileObserver observer(percentile, static_cast<std::int64_t>(values.size()));
  for (std::size_t i = 0; i < values.size(); i += 97) {
    observer.observe(std::span(values).subspan(i, std::min<std::size_t>(97, values.size() - i)));
  }
  EXPECT_EQ(observer.observed(), static_cast<std::int64_t>(values.size()));
  EXPECT_NEAR(observer.high(), sortedPercentile(values, percentile), 1e-9) << values.size() << " at " << percentile;
  EXPECT_NEAR(observer.low(), sortedPercentile(values, 100.0 - percentile), 1e-9)
      << values.size() << " at " << percentile;
}

TEST(PercentileObserver, MatchesSortingForEveryLengthAndPercentile) {
  std::mt19937 generator(11);
  std::normal_distribution<float> normal;
  for (const std::size_t count : {1U, 2U, 3U, 10U, 101U, 1000U, 12345U}) {
    std::vector<float> values(count);
    std::generate(values.begin(), values.end(), [&] { return normal(generator); });
    for (const double percentile : {50.0, 75.0, 90.0, 99.0, 99.9, 99.95, 99.999, 100.0}) {
      expectMatchesSorting(values, percentile);
    }
  }
}

TEST(PercentileObserver, OrderOfTheValuesDoesNotMatter) {
  std::vector<float> values(5000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i) - 1234.0F;
  expectMatchesSorting(values, 99.5);
  std::reverse(values.begin(), values.end());
  expectMatchesSorting(values, 99.5);
}

TEST(PercentileObserver, ManyEqualValues) {
  std::vector<float> values(4000, 0.0F);
  for (std::size_t i = 0; i < 10; ++i) values[i * 399] = static_cast<float>(i) + 1.0F;
  expectMatchesSorting(values, 99.9);
  expectMatchesSorting(values, 99.75);
}

TEST(PercentileObserver, HundredIsMinimumAndMaximumExactly) {
  PercentileObserver observer(100.0, 4);
  observer.observe(std::vector{0.1F, -7.25F, 3.5F, 3.0F});
  EXPECT_EQ(observer.low(), -7.25);
  EXPECT_EQ(observer.high(), 3.5);
}

TEST(PercentileObserver, FewerValuesThanTheTailsWouldHold) {
  PercentileObserver observer(50.0, 1);
  observer.observe(std::vector{4.0F});
  EXPECT_EQ(observer.low(), 4.0);
  EXPECT_EQ(observer.high(), 4.0);
}

TEST(PercentileObserver, NothingToObserveGivesZeros) {
  const PercentileObserver observer(99.9, 0);
  EXPECT_EQ(observer.low(), 0.0);
  EXPECT_EQ(observer.high(), 0.0);
}

}  // namespace
}  // namespace axescope
