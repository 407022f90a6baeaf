// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/point_costs.h"

#include <gmock/gmock.h>

namespace axescope {
namespace {

LayerInfo layerOf(LayerKind kind) {
  LayerInfo info;
  info.name = "conv1";
  info.kind = kind;
  info.channels = 4;
  info.inputs = 64;
  return info;
}

TEST(PointCosts, WidthsOfALayerAreItsOwn) {
  PointSettings settings;
  settings.innerBits = 14;
  settings.tileSize = 16;
  settings.overrides = "conv*:weight_bits=6,inner_bits=18";
  const LayerMeasurement measured{.layer = "conv1", .outerBits = 21, .smallestInnerBits = 13};
  const LayerArithmetic layer = layerArithmetic(layerOf(LayerKind::linear), settings, measured);
  EXPECT_EQ(layer.weightBits, 6);
  EXPECT_EQ(layer.activationBits, 8);
  EXPECT_EQ(layer.innerBits, 18);
  EXPECT_EQ(layer.outerBits, 21);
  EXPECT_EQ(layer.tileSize, 16);
  EXPECT_TRUE(layer.zeroPoint);
  settings.innerBits = 0;
  settings.overrides.clear();
  EXPECT_EQ(layerArithmetic(layerOf(LayerKind::linear), settings, measured).innerBits, 13);
}

TEST(PointCosts, ZeroPointsComeFromTheEncodingOrTheGivenQuantizer) {
  PointSettings settings;
  settings.activation = ActivationEncoding::signedSymmetric;
  LayerInfo info = layerOf(LayerKind::linear);
  EXPECT_FALSE(layerArithmetic(info, settings, {}).zeroPoint);
  info.givenInputQuantizer = ActivationQuantizer{.scale = 1.0, .zeroPoint = 3, .bits = 5};
  const LayerArithmetic layer = layerArithmetic(info, settings, {});
  EXPECT_TRUE(layer.zeroPoint);
  EXPECT_EQ(layer.activationBits, 5);
}

TEST(PointCosts, OnlyLinearLayersAreDynamic) {
  PointSettings settings;
  settings.activationDynamic = true;
  EXPECT_TRUE(layerArithmetic(layerOf(LayerKind::linear), settings, {}).dynamicInput);
  EXPECT_FALSE(layerArithmetic(layerOf(LayerKind::conv2d), settings, {}).dynamicInput);
}

TEST(PointCosts, GroupScalesMultiplyOrShiftTiles) {
  PointSettings settings;
  settings.groupScale = GroupScale::integer;
  EXPECT_EQ(layerArithmetic(layerOf(LayerKind::linear), settings, {}).tileMultiplierBits, 4);
  settings.groupScale = GroupScale::powerOfTwo;
  EXPECT_TRUE(layerArithmetic(layerOf(LayerKind::linear), settings, {}).tileMultiplierIsShift);
}

TEST(PointCosts, EveryBuiltinModelPricesALayer) {
  const LayerInfo info = layerOf(LayerKind::linear);
  const NetworkCounts counts{{countQuantizedLayer(info, {}, {}, {.dotProducts = 4, .inputs = 64})}};
  Measurement measurement;
  priceBuiltin(counts, measurement);
  for (std::size_t model = 0; model < builtinCostModelCount; ++model) {
    ASSERT_TRUE(measurement.costs[model]) << builtinTables()[model].name;
    EXPECT_GT(*measurement.costs[model], 0.0) << builtinTables()[model].name;
  }
  EXPECT_EQ(*measurement.costs[0], 4 * 64 * 64.0);  // ACE: MACs · M · N
  ASSERT_TRUE(measurement.elementwiseShare);
  EXPECT_GT(*measurement.elementwiseShare, 0.0);
  EXPECT_LT(*measurement.elementwiseShare, 1.0);
}

}  // namespace
}  // namespace axescope
