// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/calibration.h"

#include <map>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "small_network.h"

namespace axescope {
namespace {

// x → fc1 → relu → fc2 → relu → fc3
Network threeLayers() {
  SmallNetwork network;
  network.inputShape = {1, 6};
  network.layers = {linearInfo("fc1", 6, 5), linearInfo("fc2", 5, 4), linearInfo("fc3", 4, 3)};
  network.add("h1", "linear", {"x"}, "{}", "fc1")
      .add("r1", "relu", {"h1"})
      .add("h2", "linear", {"r1"}, "{}", "fc2")
      .add("r2", "relu", {"h2"})
      .add("y", "linear", {"r2"}, "{}", "fc3");
  auto built = network.build();
  EXPECT_TRUE(built) << built.error().line();
  return *std::move(built);
}

std::shared_ptr<const IntegerLayer> integerLayer(const LayerInfo& info, int seed) {
  QuantizedLayer layer;
  layer.input = {.scale = 0.05, .zeroPoint = 0, .bits = 8, .encoding = ActivationEncoding::signedSymmetric};
  layer.codes.resize(info.channels, info.k());
  for (Eigen::Index i = 0; i < layer.codes.size(); ++i) {
    layer.codes.data()[i] = static_cast<std::int16_t>((i * 7 + seed * 3) % 15 - 7);
  }
  layer.scales.assign(static_cast<std::size_t>(info.channels), 0.1);
  return std::make_shared<const IntegerLayer>(IntegerLayer::exact(info, layer));
}

using Layers = std::vector<std::vector<std::shared_ptr<const IntegerLayer>>>;  // by branch and layer
using Seen = std::map<std::size_t, std::vector<CalibrationValue>>;             // by layer

Seen walk(const Network& network, const Tensor& samples, const Layers& layers, std::size_t givenUp = SIZE_MAX) {
  Seen seen;
  bool afterFirst = false;
  const CalibrationBranches branches{
      .count = layers.size(),
      .layer = [&](std::size_t branch, std::size_t layer) { return layers[branch][layer].get(); },
      .goesOn = [&](std::size_t branch) { return !afterFirst || branch != givenUp; }};
  const LayerVisitor visit = [&](const LayerUse& use) -> Status {
    seen[use.layer].assign(use.quantized.begin(), use.quantized.end());
    afterFirst = true;
    return {};
  };
  EXPECT_TRUE(walkCalibration(network, samples, branches, visit, {}));
  return seen;
}

TEST(Calibration, BranchesShareWhatTheyHaveInCommonAndNothingElse) {
  const Network network = threeLayers();
  const Tensor samples = randomTensor({50, 6}, 3);
  const auto first = integerLayer(network.layerInfo(0), 1);
  const auto second = integerLayer(network.layerInfo(1), 2);
  const auto other = integerLayer(network.layerInfo(1), 3);
  const Layers layers{
      {first, second, nullptr}, {first, other, nullptr}, {first, second, nullptr}, {nullptr, nullptr, nullptr}};
  const Seen seen = walk(network, samples, layers);
  EXPECT_EQ(seen.at(1)[0], seen.at(1)[1]) << "the same first layer";
  EXPECT_NE(seen.at(1)[0], seen.at(1)[3]);
  EXPECT_NE(seen.at(2)[0], seen.at(2)[1]) << "another second layer";
  EXPECT_EQ(seen.at(2)[0], seen.at(2)[2]);
  for (std::size_t branch = 0; branch < layers.size(); ++branch) {
    const Seen alone = walk(network, samples, {layers[branch]});
    for (std::size_t layer = 0; layer < 3; ++layer) {
      EXPECT_EQ(seen.at(layer)[branch]->data, alone.at(layer)[0]->data) << "branch " << branch << " layer " << layer;
    }
  }
}

TEST(Calibration, ABranchThatLeavesNothingQuantizedIsTheFloatNetworkItself) {
  const Network network = threeLayers();
  const CalibrationBranches branches{.count = 1,
                                     .layer = [](std::size_t, std::size_t) { return nullptr; },
                                     .goesOn = [](std::size_t) { return true; }};
  const LayerVisitor visit = [&](const LayerUse& use) -> Status {
    EXPECT_EQ(use.x, use.quantized.front());
    return {};
  };
  EXPECT_TRUE(walkCalibration(network, randomTensor({20, 6}, 4), branches, visit, {}));
}

TEST(Calibration, ABranchThatIsGivenUpEnds) {
  const Network network = threeLayers();
  const auto first = integerLayer(network.layerInfo(0), 1);
  const Layers layers{{first, nullptr, nullptr}, {first, nullptr, nullptr}};
  const Seen seen = walk(network, randomTensor({20, 6}, 5), layers, 1);
  EXPECT_NE(seen.at(1)[0], nullptr);
  EXPECT_EQ(seen.at(1)[1], nullptr);
  EXPECT_EQ(seen.at(2)[1], nullptr);
}

TEST(Calibration, ValuesDoNotDependOnTheNumberOfThreads) {
  const Network network = threeLayers();
  const Tensor samples = randomTensor({333, 6}, 6);
  const Layers layers{{integerLayer(network.layerInfo(0), 1), integerLayer(network.layerInfo(1), 2), nullptr}};
  Seen one;
  Seen two;
  withThreads(1, [&] { one = walk(network, samples, layers); });
  withThreads(2, [&] { two = walk(network, samples, layers); });
  EXPECT_EQ(one.at(2)[0]->data, two.at(2)[0]->data);
}

// x (6) and h1 (5) are held together while fc1 runs: eleven values.
TEST(Calibration, WidestPlaceOfAWalk) {
  EXPECT_EQ(walkBytesPerSample(threeLayers()), 11 * 4);
}

}  // namespace
}  // namespace axescope
