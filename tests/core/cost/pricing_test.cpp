// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/pricing.h"

#include <gmock/gmock.h>

#include "core/cost/builtin_cost_models.h"
#include "core/cost/cost_by_layer.h"
#include "core/cost/short_number.h"

namespace axescope {
namespace {

using enum OperationKind;
using enum OperationRole;

double priceOf(const std::string& model, const OperationCount& operation, const LayerWidthsUsed& widths = {}) {
  const auto found = findCostModel(model);
  EXPECT_TRUE(found) << found.error().line();
  const auto pricing = Pricing::compile(*found);
  EXPECT_TRUE(pricing) << pricing.error().line();
  return pricing->price(operation, widths).value_or(-1.0);
}

constexpr LayerWidthsUsed w4a8At(int innerBits) {
  return {.weightBits = 4, .activationBits = 8, .innerBits = innerBits, .outerBits = 32, .tileSize = 64, .k = 512};
}

TEST(Pricing, AceIsProductsTimesBits) {
  EXPECT_EQ(priceOf("ace", {multiply, product, integerOf(8), integerOf(4), 1}), 32.0);
  EXPECT_EQ(priceOf("ace", {add, innerAccumulation, integerOf(16), integerOf(12), 1}), 0.0);
  EXPECT_EQ(priceOf("ace", {multiply, normalization, float32, float32, 1}), 0.0);
}

TEST(Pricing, AceV2CountsElementwiseWorkToo) {
  EXPECT_EQ(priceOf("ace-v2", {multiply, normalization, float32, float32, 1}), 1024.0);
  EXPECT_EQ(priceOf("ace-v2", {multiply, scaling, integerOf(16), integerOf(8), 1}), 128.0);
  EXPECT_EQ(priceOf("ace-v2", {add, normalization, float32, float32, 1}), 32.0);
  EXPECT_EQ(priceOf("ace-v2", {shift, scaling, integerOf(16), integerOf(8), 1}), 48.0);
  EXPECT_EQ(priceOf("ace-v2", {shift, product, integerOf(8), {NumberType::powerOfTwo, 4}, 1}), 24.0);
  EXPECT_EQ(priceOf("ace-v2", {function, activation, float32, float32, 1}), 4 * (1024.0 + 32.0));
  EXPECT_EQ(priceOf("ace-v2", {lookup, activation, integerOf(12), integerOf(12), 1}), 12.0);
}

TEST(Pricing, AqtTakesTheNextWidthThatHardwareHas) {
  EXPECT_EQ(priceOf("aqt", {multiply, product, integerOf(3), integerOf(4), 1}), 4.0);
  EXPECT_EQ(priceOf("aqt", {multiply, product, integerOf(5), integerOf(4), 1}), 8.0);
  EXPECT_EQ(priceOf("aqt", {multiply, product, integerOf(9), integerOf(4), 1}), 16.0);
}

TEST(Pricing, EnergiesAreThePublishedOnesAtThePublishedWidths) {
  EXPECT_NEAR(priceOf("energy", {add, innerAccumulation, integerOf(8), integerOf(8), 1}), 0.03, 1e-12);
  EXPECT_NEAR(priceOf("energy", {add, innerAccumulation, integerOf(32), integerOf(32), 1}), 0.1, 1e-12);
  EXPECT_NEAR(priceOf("energy", {multiply, product, integerOf(8), integerOf(8), 1}), 0.2, 1e-12);
  EXPECT_NEAR(priceOf("energy", {multiply, product, float32, float32, 1}), 3.7, 1e-12);
  EXPECT_NEAR(priceOf("energy", {add, bias, float32, float32, 1}), 0.9, 1e-12);
  EXPECT_NEAR(priceOf("energy", {byte, weights, integerOf(4), integerOf(4), 1}), 2.5, 1e-12);
}

TEST(Pricing, HalfTheAccumulatorIsTwiceTheLanes) {
  const OperationCount mac{multiply, product, integerOf(8), integerOf(4), 1};
  EXPECT_EQ(priceOf("simd", mac, w4a8At(32)), 32.0 / 256.0);
  EXPECT_EQ(priceOf("simd", mac, w4a8At(16)), 16.0 / 256.0);
  EXPECT_EQ(priceOf("simd", mac, w4a8At(12)), 16.0 / 256.0);
  EXPECT_EQ(priceOf("simd", mac, w4a8At(8)), 8.0 / 256.0);
}

// 27-bit port, 4-bit weights: at 11 bits apart there is room for three, at 12 for two, at 32 for one.
TEST(Pricing, ADspSliceHoldsAsManyProductsAsKeepApart) {
  const OperationCount mac{multiply, product, integerOf(8), integerOf(4), 1};
  EXPECT_NEAR(priceOf("dsp", mac, w4a8At(11)), 1.0 / 3.0, 1e-12);
  EXPECT_EQ(priceOf("dsp", mac, w4a8At(12)), 0.5);
  EXPECT_EQ(priceOf("dsp", mac, w4a8At(32)), 1.0);
}

TEST(Pricing, GatesOfMultiplierAndAccumulator) {
  EXPECT_EQ(priceOf("gates", {multiply, product, integerOf(8), integerOf(4), 1}), 32.0 + 5.0 * 8.0 * 3.0);
  EXPECT_EQ(priceOf("gates", {add, innerAccumulation, integerOf(14), integerOf(12), 1}, w4a8At(14)), 11.0 * 14.0);
}

TEST(Pricing, CostsOfANetworkAreSharedOut) {
  const auto pricing = Pricing::compile(*findCostModel("ace-v2"));
  ASSERT_TRUE(pricing);
  NodeCounts node;
  node.add({multiply, product, integerOf(8), integerOf(4), 10});
  node.add({multiply, normalization, float32, float32, 2});
  node.add({byte, values, float32, float32, 100});
  const auto cost = pricing->price(NetworkCounts{{node, node}});
  ASSERT_TRUE(cost);
  EXPECT_EQ(cost->all[CostShare::products], 640.0);
  EXPECT_EQ(cost->all[CostShare::elementwise], 4096.0);
  EXPECT_EQ(cost->all[CostShare::memory], 0.0);
  EXPECT_EQ(cost->nodes.front().total(), 320.0 + 2048.0);
}

TEST(Pricing, RowsOfLayersTakeUpWhatFollowsThem) {
  const auto pricing = Pricing::compile(*findCostModel("ace-v2"));
  ASSERT_TRUE(pricing);
  const auto node = [](const char* name, std::optional<std::size_t> layer, std::int64_t count) {
    NodeCounts counts;
    counts.node = name;
    counts.layer = layer;
    counts.add({add, elementwise, integerOf(10), integerOf(10), count});
    return counts;
  };
  NetworkCounts counts{{node("normalize", {}, 1), node("conv", 0, 2), node("relu", {}, 3), node("flat", {}, 0)}};
  auto cost = pricing->price(counts);
  ASSERT_TRUE(cost);
  std::vector<LayerCost> rows = costByLayer(counts, *cost);
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[0].node, "");
  EXPECT_EQ(rows[0].cost.total(), 10.0);
  EXPECT_EQ(rows[1].node, "conv");
  EXPECT_EQ(rows[1].cost.total(), 50.0);
  EXPECT_THAT(rows[1].follows, testing::ElementsAre("relu"));
  counts.nodes.erase(counts.nodes.begin());
  cost = pricing->price(counts);
  EXPECT_EQ(costByLayer(counts, *cost).size(), 1U);
}

TEST(Pricing, ShortNumbersHaveAPowerOfAThousand) {
  EXPECT_EQ(shortNumber(0.0), "0");
  EXPECT_EQ(shortNumber(999.0), "999");
  EXPECT_EQ(shortNumber(41'310'000.0), "41.3 M");
  EXPECT_EQ(shortNumber(1.5e15), "1.5e+03 T");
}

TEST(Pricing, APriceThatFailsForOneOperationNamesTheNode) {
  CostModel model = *findCostModel("ace");
  model.otherwise = "a > 100 ? 1 / (a - a) : 1";
  const auto pricing = Pricing::compile(model);
  ASSERT_TRUE(pricing) << pricing.error().line();
  NodeCounts node;
  node.node = "conv1";
  node.add({add, elementwise, integerOf(101), integerOf(101), 1});
  const auto cost = pricing->price(NetworkCounts{{node}});
  ASSERT_FALSE(cost);
  EXPECT_THAT(cost.error().line(), testing::HasSubstr("node 'conv1'"));
}

}  // namespace
}  // namespace axescope
