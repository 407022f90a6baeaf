// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/pareto.h"

#include <random>

#include <gtest/gtest.h>

namespace axescope {
namespace {

PointResult point(int innerBits, std::optional<double> accuracy, double error = 0.0) {
  PointResult result;
  result.settings.innerBits = innerBits;
  result.measurement.accuracy = accuracy;
  result.measurement.error = error;
  return result;
}

ParetoAxes axes(std::string_view y) {
  return {findColumn("accumulator_bits"), findColumn(y)};
}

TEST(Pareto, AgreesWithTheDefinitionOnRandomPoints) {
  std::mt19937 random(3);
  for (int round = 0; round < 200; ++round) {
    std::vector<PointResult> points;
    for (int i = 0; i < 30; ++i)
      points.push_back(point(2 + static_cast<int>(random() % 12), static_cast<double>(random() % 10) / 10.0));
    const auto front = paretoFront(points, axes("accuracy"));
    const auto beats = [&](const PointResult& a, const PointResult& b) {
      return a.settings.innerBits <= b.settings.innerBits && *a.measurement.accuracy >= *b.measurement.accuracy &&
             (a.settings.innerBits < b.settings.innerBits || *a.measurement.accuracy > *b.measurement.accuracy);
    };
    for (const std::size_t chosen : front) {
      for (const PointResult& other : points) EXPECT_FALSE(beats(other, points[chosen]));
    }
    for (const PointResult& candidate : points) {
      const bool beaten = std::any_of(points.begin(), points.end(), [&](const auto& o) { return beats(o, candidate); });
      const bool present = std::any_of(front.begin(), front.end(), [&](std::size_t i) {
        return points[i].settings.innerBits == candidate.settings.innerBits &&
               points[i].measurement.accuracy == candidate.measurement.accuracy;
      });
      EXPECT_EQ(present, !beaten);
    }
  }
}

TEST(Pareto, LeavesOutFailedAndMissingAndKnowsThatErrorsAreBetterSmall) {
  std::vector<PointResult> points{point(10, std::nullopt, 0.5), point(12, 0.9, 0.1), point(11, 0.95, 0.4)};
  points[2].failure = "singular";
  EXPECT_EQ(paretoFront(points, axes("accuracy")), (std::vector<std::size_t>{1}));
  EXPECT_EQ(paretoFront(points, axes("error")), (std::vector<std::size_t>{0, 1}));
}

TEST(NumericValue, NamesStandForWhatTheyMean) {
  PointResult result = point(12, 0.9);
  result.settings.tileSize = 0;
  const ResultColumn& tile = *findColumn("tile");
  EXPECT_GE(numericValue(tile, result), 1e9);  // not known: larger than any tile
  result.measurement.largestK = 576;
  EXPECT_EQ(numericValue(tile, result), 576.0);
  result.settings.tileSize = 64;
  EXPECT_EQ(numericValue(tile, result), 64.0);
  const ResultColumn& outer = *findColumn("outer_bits");
  EXPECT_EQ(numericValue(outer, result), std::nullopt);
  result.measurement.outerBitsUsed = 19;
  EXPECT_EQ(numericValue(outer, result), 19.0);
  result.settings.outerBits = 24;
  EXPECT_EQ(numericValue(outer, result), 24.0);
  EXPECT_EQ(numericValue(*findColumn("eval_samples"), result), std::nullopt);
}

TEST(Pareto, TheFrontOfSomeRowsIgnoresTheOthers) {
  const std::vector<PointResult> points{point(10, 0.5), point(9, 0.9), point(12, 0.8)};
  const std::vector<std::size_t> rows{0, 2};
  EXPECT_EQ(paretoFront(points, rows, axes("accuracy")), rows);
}

TEST(Pareto, TheKneeIsWhereMoreBitsBuyLittle) {
  const std::vector<PointResult> points{point(10, 0.1), point(12, 0.85), point(16, 0.88), point(20, 0.9)};
  const std::vector<std::size_t> front{0, 1, 2, 3};
  EXPECT_EQ(paretoKnee(points, front, axes("accuracy")), 1U);
  const std::vector<PointResult> straight{point(10, 0.1), point(12, 0.3), point(14, 0.5)};
  EXPECT_EQ(paretoKnee(straight, std::vector<std::size_t>{0, 1, 2}, axes("accuracy")), std::nullopt);
  EXPECT_EQ(paretoKnee(points, std::vector<std::size_t>{0, 1}, axes("accuracy")), std::nullopt);
}

}  // namespace
}  // namespace axescope
