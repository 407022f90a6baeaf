// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/smooth_quant.h"

#include "transformed_network.h"

namespace axescope {
namespace {

// Any positive maxima leave the function: only the factors depend on them.
std::vector<std::vector<double>> someMaxima(const TransformedModel& model, unsigned seed) {
  std::vector<std::vector<double>> maxima;
  for (const TransformedLayer& layer : model.layers) {
    auto& values = maxima.emplace_back();
    for (const float v : randomTensor({layer.info.inputs}, seed++).data) {
      values.push_back(std::exp(2.0 * static_cast<double>(v)));
    }
  }
  return maxima;
}

TEST(SmoothQuant, LeavesTheFunctionOfRandomNetworks) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    const SmallNetwork network = randomImageNetwork(seed);
    TransformedModel model = transformable(network);
    const Tensor x = randomTensor({4, network.inputShape[1], 8, 8}, seed);
    const Tensor before = outputOf(model, x);
    ASSERT_TRUE(smoothInputs(model, someMaxima(model, seed), 0.25 * (1 + seed % 4)));
    EXPECT_LT(relativeDifference(before, outputOf(model, x)), sameFunction) << seed;
    EXPECT_FALSE(model.layers[0].done.divisors.empty()) << "nobody before the first layer could absorb it";
    for (std::size_t layer = 1; layer < model.layers.size(); ++layer) {
      EXPECT_TRUE(model.layers[layer].done.divisors.empty()) << layer;
      EXPECT_FALSE(model.layers[layer].done.absorbed.empty()) << layer;
    }
  }
}

TEST(SmoothQuant, FactorsAreTheFormulaAndTheDivisionIsExecuted) {
  SmallNetwork network;
  network.layers = {linearInfo("fc", 4, 3)};
  network.add("y", "linear", {"x"}, "{}", "fc");
  TransformedModel model = transformable(network);
  model.layers[0].tensors.weight.col(2).setZero();
  const MatrixF weight = model.layers[0].tensors.weight;
  const std::vector<double> largest{10.0, 0.0, 3.0, 0.5};
  constexpr double alpha = 0.7;
  ASSERT_TRUE(smoothInputs(model, {largest}, alpha));
  for (std::size_t j = 0; j < 4; ++j) {
    const auto column = static_cast<Eigen::Index>(j);
    const auto range = static_cast<double>(weight.col(column).cwiseAbs().maxCoeff());
    const bool dead = j == 1 || j == 2;
    const double s = dead ? 1.0 : std::pow(largest[j], alpha) / std::pow(range, 1.0 - alpha);
    EXPECT_NEAR(model.layers[0].done.divisors[j], s, 1e-6 * s);
    EXPECT_NEAR(model.layers[0].tensors.weight(1, column), weight(1, column) * s, 1e-5 * s);
  }
  const auto built = buildNetwork(model);
  ASSERT_TRUE(built);
  ASSERT_EQ(built->nodes().size(), 2U);
  EXPECT_EQ(built->nodes()[0].op, "normalize");
}

// A layer of several uses cannot push its division into anyone: each use has its own node.
TEST(SmoothQuant, OfALayerUsedTwiceIsExecutedAtEachUse) {
  SmallNetwork network;
  network.layers = {linearInfo("a", 4, 4)};
  network.add("a1", "linear", {"x"}, "{}", "a").add("r", "relu", {"a1"}).add("a2", "linear", {"r"}, "{}", "a");
  TransformedModel model = transformable(network);
  const Tensor x = randomTensor({6, 4}, 8);
  const Tensor before = outputOf(model, x);
  ASSERT_TRUE(smoothInputs(model, someMaxima(model, 4), 0.5));
  EXPECT_LT(relativeDifference(before, outputOf(model, x)), sameFunction);
  EXPECT_EQ(buildNetwork(model)->nodes().size(), 5U);
}

TEST(SmoothQuant, LeavesLayersWithoutMaximaAndThoseWhoseInputIsGiven) {
  TransformedModel model = transformable(randomImageNetwork(2));
  auto maxima = someMaxima(model, 1);
  maxima[0].clear();
  model.layers[1].mayChangeInput = false;
  ASSERT_TRUE(smoothInputs(model, maxima, 0.5));
  EXPECT_FALSE(model.layers[0].done.changesInput());
  EXPECT_FALSE(model.layers[1].done.changesInput());
  EXPECT_TRUE(model.layers[2].done.changesInput());
}

// What the graph does to a layer's input, and what is done to inputs of its own, are the same bits.
TEST(SmoothQuant, OwnInputsAreTransformedAsTheGraphDoes) {
  for (const bool image : {true, false}) {
    SmallNetwork network;
    network.inputShape = image ? Shape{1, 8, 3, 3} : Shape{1, 8};
    network.layers = {image ? convInfo("layer", 8, 3, {}) : linearInfo("layer", 8, 3)};
    network.add("y", image ? "conv2d" : "linear", {"x"}, "{}", "layer");
    TransformedModel model = transformable(network);
    ASSERT_TRUE(smoothInputs(model, someMaxima(model, 3), 0.5));
    if (!image) model.layers[0].done.rotation = 8;
    Tensor x = randomTensor(image ? Shape{5, 8, 3, 3} : Shape{5, 8}, 4);
    Tensor seen;
    const auto built = buildNetwork(model);
    ASSERT_TRUE(built);
    ASSERT_TRUE(built->run(x, [&](std::size_t, const Tensor& input, Tensor&) -> Status {
      seen = input;
      return {};
    }));
    transformInput(model.layers[0].info, model.layers[0].done, x);
    EXPECT_EQ(x.data, seen.data);
  }
}

}  // namespace
}  // namespace axescope
