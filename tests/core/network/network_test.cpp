// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

using testing::ElementsAre;

// x ─ conv ─ relu ─ add(relu, conv) ─ pool ─ fc
SmallNetwork residual() {
  SmallNetwork network;
  network.inputShape = {10, 2, 4, 4};
  const ConvGeometry conv{3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  network.layers = {linearInfo("fc", 3, 5), convInfo("conv", 2, 3, conv), linearInfo("unused", 7, 7)};
  network.add("c", "conv2d", {"x"}, "{}", "conv")
      .add("r", "relu", {"c"})
      .add("s", "add", {"r", "c"})
      .add("p", "global_avg_pool2d", {"s"})
      .add("y", "linear", {"p"}, "{}", "fc");
  return network;
}

TEST(Network, KnowsWhatPlanningNeeds) {
  const auto network = residual().build();
  ASSERT_TRUE(network) << network.error().line();
  EXPECT_THAT(network->nodes()[2].inputs, ElementsAre(2, 1));
  EXPECT_EQ(network->nodes()[0].layer, 1U);
  EXPECT_EQ(network->nodes()[1].layer, std::nullopt);
  EXPECT_EQ(network->nodes()[4].layer, 0U);
  EXPECT_EQ(network->outputValue(), 5U);
  EXPECT_THAT(std::vector({network->lastUse(0), network->lastUse(1), network->lastUse(2), network->lastUse(5)}),
              ElementsAre(0, 2, 2, 5));
  EXPECT_THAT(network->valueShape(0), ElementsAre(2, 4, 4));
  EXPECT_THAT(network->valueShape(3), ElementsAre(3, 4, 4));
  EXPECT_THAT(network->valueShape(4), ElementsAre(3, 1, 1));
  EXPECT_THAT(network->valueShape(5), ElementsAre(5));
  EXPECT_EQ(network->macsPerSample(1), 4 * 4 * 3 * 2 * 9);
  EXPECT_EQ(network->macsPerSample(0), 3 * 5);
  EXPECT_TRUE(network->usesLayer(0));
  EXPECT_FALSE(network->usesLayer(2));
}

TEST(Network, RunIsTheSameAsNodeByNode) {
  const auto network = residual().build();
  ASSERT_TRUE(network);
  const Tensor x = randomTensor({4, 2, 4, 4}, 9);
  const LayerFunction layers = network->floatLayers();
  std::vector<Tensor> values{x};
  for (std::size_t node = 0; node < network->nodes().size(); ++node) {
    std::vector<const Tensor*> inputs;
    for (const std::size_t value : network->nodes()[node].inputs) inputs.push_back(&values[value]);
    Tensor output;
    ASSERT_TRUE(network->runNode(node, inputs, output, layers));
    values.push_back(std::move(output));
  }
  const auto y = network->run(x, layers);
  ASSERT_TRUE(y) << y.error().line();
  EXPECT_EQ(y->shape, values.back().shape);
  EXPECT_EQ(y->data, values.back().data);
}

TEST(Network, SamplesDoNotInfluenceEachOther) {
  const auto network = residual().build();
  ASSERT_TRUE(network);
  const Tensor x = randomTensor({3, 2, 4, 4}, 9);
  const auto together = network->run(x, network->floatLayers());
  for (std::size_t n = 0; n < 3; ++n) {
    const Tensor one{{1, 2, 4, 4},
                     {x.data.begin() + static_cast<std::ptrdiff_t>(n * 32),
                      x.data.begin() + static_cast<std::ptrdiff_t>((n + 1) * 32)}};
    const auto alone = network->run(one, network->floatLayers());
    for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(alone->data[i], together->data[n * 5 + i], 1e-5F);
  }
}

TEST(Network, TheLayerFunctionReplacesEveryLayer) {
  const auto network = residual().build();
  ASSERT_TRUE(network);
  std::vector<std::size_t> called;
  const auto y = network->run(randomTensor({2, 2, 4, 4}, 1), [&](std::size_t layer, const Tensor&, Tensor& output) {
    called.push_back(layer);
    std::fill(output.data.begin(), output.data.end(), 1.5F);
    return Status{};
  });
  ASSERT_TRUE(y);
  EXPECT_THAT(called, ElementsAre(1, 0));
  EXPECT_THAT(y->data, testing::Each(1.5F));
}

TEST(Network, AFailingLayerStopsTheRun) {
  const auto network = residual().build();
  const auto y = network->run(randomTensor({2, 2, 4, 4}, 1), [&](std::size_t, const Tensor&, Tensor&) -> Status {
    return fail(ErrorCode::numerical, "f", "o", "e", "g");
  });
  EXPECT_EQ(y.error().code, ErrorCode::numerical);
}

TEST(Network, RefusesBatchesOfAnotherShape) {
  const auto network = residual().build();
  const auto run = [&](Shape shape) {
    return network->run(randomTensor(std::move(shape), 1), network->floatLayers()).error().line();
  };
  EXPECT_EQ(run({2, 2, 4, 5}), "small.h5: /graph: input: expected [N, 2, 4, 4], found [N, 2, 4, 5]");
  EXPECT_EQ(run({0, 2, 4, 4}), "small.h5: /graph: input: expected [N, 2, 4, 4], found no samples");
}

TEST(Network, ValuesUsedTwiceByOneNodeAndUnusedNodesAreFine) {
  SmallNetwork network;
  network.add("dead", "tanh", {"x"}).add("y", "add", {"x", "x"});
  EXPECT_THAT(network.run(Tensor{{1, 4}, {1, 2, 3, 4}})->data, ElementsAre(2, 4, 6, 8));
}

TEST(Network, AnEarlierNodeOrTheInputMayBeTheOutput) {
  SmallNetwork network;
  network.add("a", "relu", {"x"}).add("b", "tanh", {"a"});
  network.graph.outputs = {"a"};
  EXPECT_THAT(network.run(Tensor{{1, 4}, {-1, 2, -3, 4}})->data, ElementsAre(0, 2, 0, 4));
  network.graph.outputs = {"x"};
  EXPECT_THAT(network.run(Tensor{{1, 4}, {-1, 2, -3, 4}})->data, ElementsAre(-1, 2, -3, 4));
}

TEST(Network, ASharedLayerCountsForEachUse) {
  SmallNetwork network;
  network.layers = {linearInfo("fc", 4, 4)};
  network.add("a", "linear", {"x"}, "{}", "fc").add("b", "linear", {"a"}, "{}", "fc");
  const auto built = network.build();
  ASSERT_TRUE(built) << built.error().line();
  EXPECT_EQ(built->macsPerSample(0), 32);
}

}  // namespace
}  // namespace axescope
