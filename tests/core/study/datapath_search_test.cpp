// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/datapath_search.h"

#include <gmock/gmock.h>

namespace axescope {
namespace {

using testing::HasSubstr;

PointResult point(int innerBits, double accuracy, double simd) {
  PointResult result;
  result.settings.innerBits = innerBits;
  result.settings.tileSize = 64;
  result.measurement.innerBitsUsed = innerBits;
  result.measurement.outerBitsUsed = innerBits + 3;
  result.measurement.meanWeightBits = 4.0;
  result.measurement.meanActivationBits = 8.0;
  result.measurement.accuracy = accuracy;
  result.measurement.guaranteed = true;
  result.measurement.costs[5] = simd;
  return result;
}

ParetoAxes simdAgainstAccuracy() {
  return {.x = findColumn("cost_simd"), .y = findColumn("accuracy")};
}

TEST(DatapathSearch, ComparesTheBestWithinAWidthWithTheBestAtTheWidest) {
  const ParetoAxes axes = simdAgainstAccuracy();
  ASSERT_NE(axes.x, nullptr);
  const std::vector<PointResult> points{point(11, 0.80, 50.0), point(12, 0.91, 50.0), point(12, 0.91, 45.0),
                                        point(16, 0.93, 50.0), point(32, 0.92, 90.0), point(32, 0.90, 80.0)};
  const auto found = compareDatapaths(points, axes, 12);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->narrow, &points[2]);
  EXPECT_EQ(found->wide, &points[4]);
  EXPECT_DOUBLE_EQ(found->priceRatio, 0.5);
  const std::string sentence = sentenceOf(*found, axes);
  EXPECT_THAT(sentence,
              HasSubstr("A 12-bit accumulator (W4A8, tiles of 64, P_I 12, P_O 15; optq with axe, guaranteed)"));
  EXPECT_THAT(sentence, HasSubstr("accuracy 91.00 %, 1.00 points below the 92.00 % of 32 bits"));
  EXPECT_THAT(sentence, HasSubstr("for 0.50 times the SIMD steps (vector instructions): 45 against 90."));
}

TEST(DatapathSearch, HasNothingToSayWithoutBothSides) {
  const ParetoAxes axes = simdAgainstAccuracy();
  EXPECT_FALSE(compareDatapaths(std::vector{point(16, 0.9, 1.0)}, axes, 12));
  EXPECT_FALSE(compareDatapaths(std::vector{point(12, 0.9, 1.0)}, axes, 12));
  PointResult failed = point(12, 0.9, 1.0);
  failed.failure = "numerical";
  EXPECT_FALSE(compareDatapaths(std::vector{failed, point(32, 0.9, 1.0)}, axes, 12));
}

TEST(DatapathSearch, LanesAreThoseOfTheNextWidthThatHardwareHas) {
  EXPECT_EQ(lanesOf(8, 256), 32);
  EXPECT_EQ(lanesOf(12, 256), 16);
  EXPECT_EQ(lanesOf(17, 256), 8);
  EXPECT_EQ(lanesOf(48, 512), 8);
}

}  // namespace
}  // namespace axescope
