// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/rotate_inputs.h"

#include "transformed_network.h"

namespace axescope {
namespace {

TEST(RotateInputs, LeavesTheFunctionOfRandomNetworks) {
  for (unsigned seed = 0; seed < 12; ++seed) {
    const SmallNetwork network = randomImageNetwork(seed);
    TransformedModel model = transformable(network);
    const Tensor x = randomTensor({4, network.inputShape[1], 8, 8}, seed);
    const Tensor before = outputOf(model, x);
    rotateInputs(model);
    EXPECT_LT(relativeDifference(before, outputOf(model, x)), sameFunction) << seed;
    EXPECT_EQ(model.layers[4].done.rotation, 4) << "the largest power of two that divides 12";
    EXPECT_EQ(model.layers[0].done.rotation, 0) << "a convolution";
  }
}

TEST(RotateInputs, WorksOnTokensAndOnImagesOfOnePixel) {
  for (const Shape& shape : {Shape{1, 5, 6}, Shape{1, 6, 1, 1}, Shape{1, 2, 3, 6}}) {
    SmallNetwork network;
    network.inputShape = shape;
    network.layers = {linearInfo("fc", 6, 3)};
    network.add("y", "linear", {"x"}, "{}", "fc");
    TransformedModel model = transformable(network);
    Shape batch = shape;
    batch.front() = 4;
    const Tensor x = randomTensor(batch, 5);
    const Tensor before = outputOf(model, x);
    rotateInputs(model);
    EXPECT_EQ(model.layers[0].done.rotation, 2);
    EXPECT_LT(relativeDifference(before, outputOf(model, x)), sameFunction);
  }
}

TEST(RotateInputs, LeavesOddLengthsAndGivenQuantizers) {
  SmallNetwork network;
  network.inputShape = {1, 5};
  network.layers = {linearInfo("odd", 5, 4), linearInfo("given", 4, 4)};
  network.add("a", "linear", {"x"}, "{}", "odd").add("y", "linear", {"a"}, "{}", "given");
  TransformedModel model = transformable(network);
  model.layers[1].mayChangeInput = false;
  const Tensor x = randomTensor({3, 5}, 6);
  const Tensor before = outputOf(model, x);
  rotateInputs(model);
  EXPECT_EQ(outputOf(model, x).data, before.data);
}

}  // namespace
}  // namespace axescope
