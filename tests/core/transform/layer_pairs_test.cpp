// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/layer_pairs.h"

#include <gmock/gmock.h>

#include "transformed_network.h"

namespace axescope {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using Pairs = std::vector<std::array<std::int64_t, 3>>;

Pairs pairsOf(const TransformedModel& model) {
  const auto network = buildNetwork(model);
  EXPECT_TRUE(network) << network.error().line();
  Pairs pairs;
  for (const LayerPair& pair : layerPairs(model, *network)) {
    pairs.push_back(
        {static_cast<std::int64_t>(pair.first), static_cast<std::int64_t>(pair.second), pair.inputsPerChannel});
  }
  return pairs;
}

using Pair = std::array<std::int64_t, 3>;

TEST(LayerPairs, AreFoundThroughReluPoolsAndFlatten) {
  EXPECT_THAT(pairsOf(transformable(randomImageNetwork(1))),
              ElementsAre(Pair{0, 1, 1}, Pair{1, 2, 1}, Pair{2, 3, 4}, Pair{3, 4, 1}));
}

TEST(LayerPairs, AreFoundThroughAGlobalPoolWithAndWithoutItsAxes) {
  for (const char* keep : {R"({"keepdims": true})", R"({"keepdims": false})"}) {
    SmallNetwork network;
    network.inputShape = {1, 2, 4, 4};
    network.layers = {convInfo("conv", 2, 3, {}), linearInfo("fc", 3, 2)};
    network.add("c", "conv2d", {"x"}, "{}", "conv")
        .add("p", "global_avg_pool2d", {"c"}, keep)
        .add("y", "linear", {"p"}, "{}", "fc");
    EXPECT_THAT(pairsOf(transformable(network)), ElementsAre(Pair{0, 1, 1})) << keep;
  }
}

SmallNetwork between(const std::vector<std::pair<std::string, std::string>>& operations, const Shape& input = {1, 4}) {
  SmallNetwork network;
  network.inputShape = input;
  network.layers = {linearInfo("a", input.back(), 4), linearInfo("b", 4, 2)};
  network.add("a", "linear", {"x"}, "{}", "a");
  std::string last = "a";
  for (const auto& [op, attributes] : operations) {
    network.add(op, op, {last}, attributes);
    last = op;
  }
  return network.add("b", "linear", {last}, "{}", "b");
}

TEST(LayerPairs, EndAtWhatIsNotHomogeneousChannelByChannel) {
  EXPECT_THAT(pairsOf(transformable(between({{"relu", "{}"}}))), ElementsAre(Pair{0, 1, 1}));
  for (const char* op : {"relu6", "gelu", "sigmoid", "tanh", "silu", "hardswish", "softmax"}) {
    EXPECT_THAT(pairsOf(transformable(between({{op, "{}"}}))), IsEmpty()) << op;
  }
  EXPECT_THAT(pairsOf(transformable(between({{"transpose", R"({"axes": [0, 2, 1]})"}}, {1, 4, 4}))), IsEmpty());
}

// A linear layer's output with three axes is no image of channels: a pool mixes its features.
TEST(LayerPairs, EndAtPoolsOfWhatNoConvolutionMade) {
  EXPECT_THAT(
      pairsOf(transformable(between({{"max_pool2d", R"({"kernel": 3, "stride": 1, "padding": 1})"}}, {1, 2, 4, 4}))),
      IsEmpty());
}

TEST(LayerPairs, NeedASingleReaderOfEveryValue) {
  SmallNetwork residual;
  residual.layers = {linearInfo("a", 4, 4), linearInfo("b", 4, 4), linearInfo("c", 4, 4)};
  residual.add("a", "linear", {"x"}, "{}", "a")
      .add("ra", "relu", {"a"})
      .add("b", "linear", {"ra"}, "{}", "b")
      .add("sum", "add", {"b", "ra"})
      .add("c", "linear", {"sum"}, "{}", "c");
  EXPECT_THAT(pairsOf(transformable(residual)), IsEmpty());

  SmallNetwork shown = between({{"relu", "{}"}});
  shown.graph.outputs = {"relu"};
  EXPECT_THAT(pairsOf(transformable(shown)), IsEmpty()) << "the value is the network's output too";
}

TEST(LayerPairs, NeedLayersThatAreUsedOnce) {
  SmallNetwork network;
  network.layers = {linearInfo("a", 4, 4), linearInfo("b", 4, 4)};
  network.add("a1", "linear", {"x"}, "{}", "a")
      .add("b", "linear", {"a1"}, "{}", "b")
      .add("a2", "linear", {"b"}, "{}", "a");
  EXPECT_THAT(pairsOf(transformable(network)), IsEmpty());
}

TEST(LayerPairs, LeaveLayersAloneThatMayNotChange) {
  TransformedModel model = transformable(between({{"relu", "{}"}}));
  model.layers[1].mayChangeInput = false;
  EXPECT_THAT(pairsOf(model), IsEmpty());
  model = transformable(between({{"relu", "{}"}}));
  model.layers[0].mayChangeInput = false;
  EXPECT_THAT(pairsOf(model), ElementsAre(Pair{0, 1, 1})) << "its outputs may";
  model.layers[0].mayChange = false;
  EXPECT_THAT(pairsOf(model), IsEmpty());
}

}  // namespace
}  // namespace axescope
