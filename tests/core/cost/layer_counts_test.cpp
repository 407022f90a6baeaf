// SPDX-License-Identifier: GPL-3.0-or-later
// One layer each, its operations counted by hand.
#include "core/cost/layer_counts.h"

#include <gmock/gmock.h>

#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

using testing::UnorderedElementsAre;
using enum OperationKind;
using enum OperationRole;

// Ten inputs, three outputs, two tokens: six dot products of ten products each.
LayerInfo tenByThree(bool withBias) {
  LayerInfo info = linearInfo("fc", 10, 3);
  info.hasBias = withBias;
  return info;
}
constexpr LayerUseSize twoTokens{.dotProducts = 6, .inputs = 20, .rows = 2};
constexpr LayerArithmetic w4a8{.weightBits = 4, .activationBits = 8, .innerBits = 14, .outerBits = 17, .tileSize = 4};

TEST(LayerCounts, ProductsAndTilesOfAQuantizedLayer) {
  const NodeCounts counts = countQuantizedLayer(tenByThree(false), w4a8, {}, twoTokens);
  EXPECT_THAT(
      counts.operations,
      UnorderedElementsAre(OperationCount{multiply, product, integerOf(8), integerOf(4), 60},
                           OperationCount{add, innerAccumulation, integerOf(14), integerOf(12), 60},
                           OperationCount{add, outerAccumulation, integerOf(17), integerOf(14), 18},  // three tiles
                           OperationCount{multiply, quantization, float32, float32, 20},
                           OperationCount{compare, quantization, float32, float32, 40},
                           OperationCount{multiply, scaling, float32, float32, 6},
                           OperationCount{byte, weights, integerOf(4), integerOf(4), 15 + 12},   // codes, scales
                           OperationCount{byte, values, integerOf(8), integerOf(8), 20 + 24}));  // codes, float outputs
  EXPECT_EQ(counts.widths, (LayerWidthsUsed{4, 8, 14, 17, 4, 10}));
}

TEST(LayerCounts, OneTileNeedsNoOuterAccumulator) {
  LayerArithmetic layer = w4a8;
  layer.tileSize = 0;
  const NetworkCounts counts{{countQuantizedLayer(tenByThree(false), layer, {}, twoTokens)}};
  EXPECT_EQ(counts.total(add, outerAccumulation), 0);
  EXPECT_EQ(counts.total(add, innerAccumulation), 60);
}

TEST(LayerCounts, BiasAndStaticZeroPointAreOneAddition) {
  LayerArithmetic layer = w4a8;
  layer.zeroPoint = true;
  const NetworkCounts counts{{countQuantizedLayer(tenByThree(true), layer, {}, twoTokens)}};
  EXPECT_EQ(counts.total(add, bias), 6);
  EXPECT_EQ(counts.total(add, zeroPoint), 0);
  EXPECT_EQ(counts.total(add, quantization), 20);
}

TEST(LayerCounts, DynamicActivationsSearchTheirRangesAndCorrectEachRow) {
  LayerArithmetic layer = w4a8;
  layer.zeroPoint = true;
  layer.dynamicInput = true;
  const NetworkCounts counts{{countQuantizedLayer(tenByThree(false), layer, {}, twoTokens)}};
  EXPECT_EQ(counts.total(compare, quantization), 2 * 20 + 2 * 20);
  EXPECT_EQ(counts.total(divide, quantization), 4);
  EXPECT_EQ(counts.total(multiply, scaling), 12);
  EXPECT_EQ(counts.total(multiply, zeroPoint), 6);
  EXPECT_EQ(counts.total(add, zeroPoint), 6);
  EXPECT_EQ(counts.total(add, bias), 0);
}

TEST(LayerCounts, PowersOfTwoShiftInsteadOfMultiplying) {
  LayerArithmetic layer = w4a8;
  layer.product = ProductForm::oneShift;
  NetworkCounts counts{{countQuantizedLayer(tenByThree(false), layer, {}, twoTokens)}};
  EXPECT_EQ(counts.total(multiply, product), 0);
  EXPECT_EQ(counts.total(shift, product), 60);
  layer.product = ProductForm::twoShifts;
  counts = {{countQuantizedLayer(tenByThree(false), layer, {}, twoTokens)}};
  EXPECT_EQ(counts.total(shift, product), 120);
  EXPECT_EQ(counts.total(add, product), 60);
}

TEST(LayerCounts, GroupScalesMultiplyEveryTile) {
  LayerArithmetic layer = w4a8;
  layer.tileMultiplierBits = 4;
  NetworkCounts counts{{countQuantizedLayer(tenByThree(false), layer, {}, twoTokens)}};
  EXPECT_EQ(counts.total(multiply, outerAccumulation), 18);
  layer.tileMultiplierIsShift = true;
  counts = {{countQuantizedLayer(tenByThree(false), layer, {}, twoTokens)}};
  EXPECT_EQ(counts.total(shift, outerAccumulation), 18);
}

// The layer's own codes come in, the next layer's 8-bit codes go out.
const CodesAround inCodes{.inputBits = {8}, .isConverted = {false}, .outputBits = 8};

TEST(LayerCounts, IntegerRequantizationMultipliesAndShifts) {
  const ElementwiseArithmetic integers{.isInteger = true, .elementBits = 16, .scale = {.bits = 8}};
  const NodeCounts counts = countQuantizedLayer(tenByThree(true), w4a8, integers, twoTokens, &inCodes);
  EXPECT_THAT(counts.operations,
              testing::IsSupersetOf({OperationCount{add, bias, integerOf(17), integerOf(17), 6},
                                     OperationCount{multiply, scaling, integerOf(17), integerOf(8), 6},
                                     OperationCount{add, scaling, integerOf(25), integerOf(25), 6},
                                     OperationCount{shift, scaling, integerOf(25), integerOf(25), 6},
                                     OperationCount{compare, scaling, integerOf(17), integerOf(17), 12},
                                     OperationCount{byte, values, integerOf(8), integerOf(8), 20 + 6}}));
  EXPECT_EQ((NetworkCounts{{counts}}.total(multiply, quantization)), 0);
}

TEST(LayerCounts, OtherCodesAreConvertedOnTheirWayIn) {
  const ElementwiseArithmetic integers{.isInteger = true, .scale = {.bits = 8}};
  const CodesAround elements{.inputBits = {16}, .isConverted = {true}, .outputBits = 16};
  const NodeCounts counts = countQuantizedLayer(tenByThree(false), w4a8, integers, twoTokens, &elements);
  EXPECT_THAT(counts.operations,
              testing::Contains(OperationCount{multiply, quantization, integerOf(16), integerOf(8), 20}));
}

TEST(LayerCounts, SharedScalesMultiplyTwice) {
  const ElementwiseArithmetic integers{.isInteger = true, .scale = {.bits = 8}, .sharedMultiplier = 31};
  const NodeCounts counts = countQuantizedLayer(tenByThree(false), w4a8, integers, twoTokens, &inCodes);
  EXPECT_THAT(counts.operations,
              testing::IsSupersetOf({OperationCount{multiply, scaling, integerOf(17), integerOf(8), 6},
                                     OperationCount{multiply, scaling, integerOf(25), integerOf(31), 6}}));
}

TEST(LayerCounts, AScaleThatIsAPowerOfTwoOnlyShifts) {
  const ElementwiseArithmetic integers{.isInteger = true, .scale = {.bits = 5, .isPowerOfTwo = true}};
  const NetworkCounts counts{{countQuantizedLayer(tenByThree(false), w4a8, integers, twoTokens, &inCodes)}};
  EXPECT_EQ(counts.total(multiply, scaling), 0);
  EXPECT_EQ(counts.total(shift, scaling), 6);
}

TEST(LayerCounts, AFloatLayerAmongIntegersTakesCodesApartAndMakesThemAgain) {
  CodesAround around = inCodes;
  around.runsInFloat = true;
  const NetworkCounts counts{{countFloatLayer(tenByThree(false), twoTokens, &around)}};
  EXPECT_EQ(counts.total(multiply, quantization), 20 + 6);
  EXPECT_EQ(counts.total(add, quantization), 20 + 6);
  EXPECT_EQ(counts.total(compare, quantization), 12);
}

TEST(LayerCounts, AFloatLayerIsFloat32Throughout) {
  const NodeCounts counts = countFloatLayer(tenByThree(true), twoTokens);
  EXPECT_THAT(counts.operations, UnorderedElementsAre(OperationCount{multiply, product, float32, float32, 60},
                                                      OperationCount{add, innerAccumulation, float32, float32, 60},
                                                      OperationCount{add, bias, float32, float32, 6},
                                                      OperationCount{byte, weights, float32, float32, 33 * 4},
                                                      OperationCount{byte, values, float32, float32, 26 * 4}));
}

}  // namespace
}  // namespace axescope
