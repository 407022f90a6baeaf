// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/fold_batch_norm.h"

#include "transformed_network.h"

namespace axescope {
namespace {

void addNorm(SmallNetwork& network, const std::string& name, const std::string& input, std::int64_t channels,
             unsigned seed) {
  for (const char* role : {"weight", "bias", "mean"}) {
    network.params[name + role] = randomTensor({channels}, seed++);
  }
  Tensor variance = randomTensor({channels}, seed);
  for (float& v : variance.data) v = 0.1F + std::abs(v);
  network.params[name + "var"] = variance;
  network.add(name, "batch_norm", {input}, R"({"eps": 0.001})", {},
              {{"weight", name + "weight"}, {"bias", name + "bias"}, {"mean", name + "mean"}, {"var", name + "var"}});
}

std::size_t norms(const TransformedModel& model) {
  const auto& nodes = model.source->graph.nodes;
  return static_cast<std::size_t>(
      std::count_if(nodes.begin(), nodes.end(), [](const GraphNode& node) { return node.op == "batch_norm"; }));
}

TEST(FoldBatchNorm, OfConvolutionsAndLinearLayersLeavesTheFunction) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    for (const bool withBias : {true, false}) {
      SmallNetwork network;
      network.inputShape = {1, 2, 5, 5};
      network.layers = {convInfo("conv", 2, 4, {3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 2}), linearInfo("fc", 4, 3)};
      for (const LayerInfo& info : network.layers) network.tensors[info.name] = randomLayer(info, seed, withBias);
      network.add("c", "conv2d", {"x"}, "{}", "conv");
      addNorm(network, "n1", "c", 4, seed);
      network.add("r", "relu", {"n1"}).add("p", "global_avg_pool2d", {"r"}).add("f", "linear", {"p"}, "{}", "fc");
      addNorm(network, "n2", "f", 3, seed + 10);
      TransformedModel model = transformable(network);
      const Tensor x = randomTensor({3, 2, 5, 5}, seed);
      const Tensor before = outputOf(model, x);
      ASSERT_TRUE(foldBatchNorms(model));
      EXPECT_EQ(norms(model), 0U);
      EXPECT_EQ(model.layers[0].done.foldedBatchNorm, "n1");
      EXPECT_EQ(model.source->graph.outputs.front(), "f") << "the node is the identity now";
      EXPECT_LT(relativeDifference(before, outputOf(model, x)), sameFunction);
    }
  }
}

TEST(FoldBatchNorm, LeavesThoseWhoseLayerHasOtherReadersOrMayNotChange) {
  SmallNetwork network;
  network.layers = {linearInfo("fc", 4, 4)};
  network.add("f", "linear", {"x"}, "{}", "fc");
  addNorm(network, "n", "f", 4, 1);
  network.add("sum", "add", {"n", "f"});
  TransformedModel model = transformable(network);
  ASSERT_TRUE(foldBatchNorms(model));
  EXPECT_EQ(norms(model), 1U);

  network.graph.nodes.pop_back();
  network.graph.outputs = {"n"};
  model = transformable(network);
  model.layers[0].mayChange = false;
  ASSERT_TRUE(foldBatchNorms(model));
  EXPECT_EQ(norms(model), 1U);
  model.layers[0].mayChange = true;
  ASSERT_TRUE(foldBatchNorms(model));
  EXPECT_EQ(norms(model), 0U);
}

// [N, T, C]: the layer's channels are on the last axis, the batch norm's on axis 1.
TEST(FoldBatchNorm, LeavesThoseOnAnotherAxis) {
  SmallNetwork network;
  network.inputShape = {1, 4, 4};
  network.layers = {linearInfo("fc", 4, 4)};
  network.add("f", "linear", {"x"}, "{}", "fc");
  addNorm(network, "n", "f", 4, 1);
  TransformedModel model = transformable(network);
  const Tensor x = randomTensor({2, 4, 4}, 3);
  const Tensor before = outputOf(model, x);
  ASSERT_TRUE(foldBatchNorms(model));
  EXPECT_EQ(norms(model), 1U);
  EXPECT_EQ(before.data, outputOf(model, x).data);
}

}  // namespace
}  // namespace axescope
