// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/equalize.h"

#include "transformed_network.h"

namespace axescope {
namespace {

// max|w| over the output channels of one group that see input i, and the kernel.
double inputRange(const TransformedLayer& layer, std::int64_t input) {
  const std::int64_t perGroup = layer.info.inputs / layer.info.groups();
  const std::int64_t kernel = layer.info.conv.kernelHeight * layer.info.conv.kernelWidth;
  double range = 0.0;
  for (std::int64_t c = 0; c < layer.info.channels; ++c) {
    if (c / layer.info.channelsPerGroup() != input / perGroup) continue;
    for (std::int64_t k = 0; k < kernel; ++k) {
      range = std::max(range, std::abs(static_cast<double>(layer.tensors.weight(c, input % perGroup * kernel + k))));
    }
  }
  return range;
}

TEST(Equalize, LeavesTheFunctionOfRandomNetworks) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    const SmallNetwork network = randomImageNetwork(seed);
    TransformedModel model = transformable(network);
    const Tensor x = randomTensor({4, network.inputShape[1], 8, 8}, seed);
    const Tensor before = outputOf(model, x);
    const MatrixF weight = model.layers[0].tensors.weight;
    ASSERT_TRUE(equalizeLayers(model, 20));
    EXPECT_LT(relativeDifference(before, outputOf(model, x)), sameFunction) << seed;
    EXPECT_NE(weight, model.layers[0].tensors.weight) << "something was done";
  }
}

TEST(Equalize, MakesBothRangesOfEveryChannelEqual) {
  TransformedModel model = transformable(randomImageNetwork(3));
  ASSERT_TRUE(equalizeLayers(model, 500));
  const std::vector<std::array<std::int64_t, 3>> pairs{{0, 1, 1}, {1, 2, 1}, {2, 3, 4}, {3, 4, 1}};
  for (const auto& [first, second, perChannel] : pairs) {
    const TransformedLayer& a = model.layers[static_cast<std::size_t>(first)];
    const TransformedLayer& b = model.layers[static_cast<std::size_t>(second)];
    for (std::int64_t c = 0; c < a.info.channels; ++c) {
      double range = 0.0;
      for (std::int64_t i = 0; i < perChannel; ++i) range = std::max(range, inputRange(b, c * perChannel + i));
      const double own = static_cast<double>(a.tensors.weight.row(c).cwiseAbs().maxCoeff());
      EXPECT_NEAR(own, range, 1e-2 * own) << a.info.name << " channel " << c;
    }
  }
}

// One pair, one round, by the paper's formula.
TEST(Equalize, OneRoundIsTheFormula) {
  SmallNetwork network;
  network.layers = {linearInfo("a", 4, 3), linearInfo("b", 3, 2)};
  network.add("a", "linear", {"x"}, "{}", "a").add("r", "relu", {"a"}).add("y", "linear", {"r"}, "{}", "b");
  TransformedModel model = transformable(network);
  const TransformedModel before = model;
  ASSERT_TRUE(equalizeLayers(model, 1));
  for (std::int64_t i = 0; i < 3; ++i) {
    const auto r1 = static_cast<double>(before.layers[0].tensors.weight.row(i).cwiseAbs().maxCoeff());
    const auto r2 = static_cast<double>(before.layers[1].tensors.weight.col(i).cwiseAbs().maxCoeff());
    const double s = std::sqrt(r1 * r2) / r2;
    EXPECT_NEAR(model.layers[0].tensors.weight(i, 0), before.layers[0].tensors.weight(i, 0) / s, 1e-5);
    EXPECT_NEAR(model.layers[0].tensors.bias[static_cast<std::size_t>(i)],
                before.layers[0].tensors.bias[static_cast<std::size_t>(i)] / s, 1e-5);
    EXPECT_NEAR(model.layers[1].tensors.weight(1, i), before.layers[1].tensors.weight(1, i) * s, 1e-5);
    EXPECT_NEAR(model.layers[1].done.absorbed[static_cast<std::size_t>(i)], s, 1e-5);
  }
  EXPECT_EQ(model.layers[1].tensors.bias, before.layers[1].tensors.bias);
}

TEST(Equalize, DeadChannelsStayAsTheyAre) {
  SmallNetwork network;
  network.layers = {linearInfo("a", 4, 4), linearInfo("b", 4, 2)};
  network.add("a", "linear", {"x"}, "{}", "a").add("r", "relu", {"a"}).add("y", "linear", {"r"}, "{}", "b");
  TransformedModel model = transformable(network);
  model.layers[0].tensors.weight.row(1).setZero();
  model.layers[0].tensors.weight.row(2).setConstant(1e-20F);
  model.layers[1].tensors.weight.col(3).setZero();
  const TransformedModel before = model;
  const Tensor x = randomTensor({5, 4}, 2);
  ASSERT_TRUE(equalizeLayers(model, 20));
  EXPECT_LT(relativeDifference(outputOf(before, x), outputOf(model, x)), sameFunction);
  for (const std::size_t channel : {1U, 2U, 3U}) {
    EXPECT_EQ(model.layers[1].done.absorbed[channel], 1.0);
    EXPECT_EQ(model.layers[0].tensors.bias[channel], before.layers[0].tensors.bias[channel]);
  }
  EXPECT_NE(model.layers[1].done.absorbed[0], 1.0);
}

}  // namespace
}  // namespace axescope
