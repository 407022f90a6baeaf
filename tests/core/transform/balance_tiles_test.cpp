// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/balance_tiles.h"

#include "transformed_network.h"

namespace axescope {
namespace {

double pressureOf(const TransformedLayer& layer, std::int64_t tile) {
  return tilePressure(layer.tensors.weight, Tiling::of(layer.info.k(), tile), Pressure::ofEachSign);
}

TEST(BalanceTiles, LeavesTheFunctionOfRandomNetworks) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    const SmallNetwork network = randomImageNetwork(seed);
    TransformedModel model = transformable(network);
    const TransformedModel natural = model;
    const Tensor x = randomTensor({4, network.inputShape[1], 8, 8}, seed);
    const Tensor before = outputOf(model, x);
    ASSERT_TRUE(balanceTiles(model, std::vector<std::int64_t>(model.layers.size(), 3), Pressure::ofEachSign));
    EXPECT_LT(relativeDifference(before, outputOf(model, x)), sameFunction) << seed;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
      if (model.layers[i].info.groups() == 1) {
        EXPECT_LE(pressureOf(model.layers[i], 3), pressureOf(natural.layers[i], 3) * (1.0 + 1e-6)) << i;
      } else {
        EXPECT_FALSE(model.layers[i].done.changesInput()) << "columns of groups stay";
      }
    }
    EXPECT_TRUE(model.layers[2].done.absorbedOrder.empty()) << "a depthwise layer cannot reorder its outputs";
    EXPECT_TRUE(model.layers[3].done.order.empty() && model.layers[4].done.order.empty()) << "absorbed";
    EXPECT_FALSE(model.layers[4].done.absorbedOrder.empty());
    // Pixels of a channel stay together where the layer before gives them in order.
    const auto& pixels = model.layers[3].done.absorbedOrder;
    for (std::size_t i = 0; i < pixels.size(); ++i) EXPECT_EQ(pixels[i] % 4, static_cast<std::int64_t>(i % 4));
  }
}

TEST(BalanceTiles, WithoutALayerBeforeInputsAreReorderedAtTheLayer) {
  SmallNetwork network;
  network.inputShape = {1, 8};
  network.layers = {linearInfo("fc", 8, 3)};
  network.add("y", "linear", {"x"}, "{}", "fc");
  TransformedModel model = transformable(network);
  const MatrixF weight = model.layers[0].tensors.weight;
  ASSERT_TRUE(balanceTiles(model, {2}, Pressure::ofBoth));
  const auto& order = model.layers[0].done.order;
  ASSERT_EQ(order.size(), 8U);
  for (Eigen::Index i = 0; i < 8; ++i) {
    EXPECT_EQ(model.layers[0].tensors.weight.col(i), weight.col(order[static_cast<std::size_t>(i)]));
  }
  const auto built = buildNetwork(model);
  ASSERT_TRUE(built) << built.error().line();
  ASSERT_EQ(built->nodes().size(), 2U);
  EXPECT_EQ(built->nodes()[0].op, "reorder");
  // Inputs from outside go the same way.
  const Tensor x = randomTensor({5, 8}, 3);
  Tensor reordered = x;
  transformInput(model.layers[0].info, model.layers[0].done, reordered);
  for (std::int64_t row = 0; row < 5; ++row) {
    for (std::size_t i = 0; i < 8; ++i) {
      EXPECT_EQ(reordered.data[static_cast<std::size_t>(row) * 8 + i],
                x.data[static_cast<std::size_t>(row * 8 + order[i])]);
    }
  }
}

TEST(BalanceTiles, LeavesLayersOfOneTileAndGivenQuantizers) {
  TransformedModel model = transformable(randomImageNetwork(1));
  const TransformedModel natural = model;
  model.layers[3].mayChangeInput = false;
  ASSERT_TRUE(balanceTiles(model, {0, 0, 0, 3, 0}, Pressure::ofEachSign));
  for (std::size_t i = 0; i < model.layers.size(); ++i) {
    EXPECT_EQ(model.layers[i].tensors.weight, natural.layers[i].tensors.weight) << i;
  }
}

}  // namespace
}  // namespace axescope
