// SPDX-License-Identifier: GPL-3.0-or-later
// Weights as Keras writes them, old and new.
#include <numeric>

#include <gtest/gtest.h>

#include "tests/core/dump/crafted_dump.h"

namespace axescope {
namespace {

using testing::CraftedFile;
using ::testing::ElementsAre;
using testing::FailsWith;
using testing::temporaryPath;

using Names = std::vector<std::string>;

class Keras : public ::testing::Test {
 protected:
  void variable(const std::string& name, const std::vector<hsize_t>& shape) {
    std::vector<float> values(std::accumulate(shape.begin(), shape.end(), hsize_t{1}, std::multiplies<>()));
    std::iota(values.begin(), values.end(), 1.0F);
    file.floats(name, shape, values);
  }
  Dump opened() {
    file.close();
    auto dump = Dump::open(path);
    EXPECT_TRUE(dump) << dump.error().line();
    return std::move(*dump);
  }
  Result<Dump> open() {
    file.close();
    return Dump::open(path);
  }
  static Names layerNames(const Dump& dump) {
    Names names;
    for (const LayerInfo& layer : dump.layers()) names.push_back(layer.name);
    return names;
  }
  std::filesystem::path path = temporaryPath("net.weights.h5");
  CraftedFile file{path};
};

TEST_F(Keras, LegacyModelsOpenInTheirOwnOrder) {
  file.group("model_weights");
  file.attribute("/", "keras_version", "2.15.0");
  file.attribute("model_weights", "layer_names", Names{"input_1", "conv2d", "batch_norm", "dense_1", "dense"});
  file.group("model_weights/input_1");
  variable("model_weights/conv2d/conv2d/kernel:0", {3, 2, 4, 5});
  variable("model_weights/conv2d/conv2d/bias:0", {5});
  variable("model_weights/batch_norm/batch_norm/gamma:0", {5});
  variable("model_weights/dense_1/dense_1/kernel:0", {2, 3});
  variable("model_weights/dense/sequential/dense/kernel:0", {3, 2});
  variable("optimizer_weights/Adam/m/dense/kernel:0", {3, 2});
  const Dump dump = opened();
  EXPECT_EQ(dump.model(), "net");
  EXPECT_EQ(dump.task(), Task::none);
  EXPECT_THAT(layerNames(dump), ElementsAre("conv2d", "dense_1", "dense"));
  const LayerInfo& conv = dump.layers()[0];
  EXPECT_EQ(conv.kind, LayerKind::conv2d);
  EXPECT_EQ(conv.channels, 5);
  EXPECT_EQ(conv.inputs, 4);
  EXPECT_EQ(conv.conv.kernelHeight, 3);
  EXPECT_EQ(conv.conv.kernelWidth, 2);
  EXPECT_EQ(conv.conv.strideY, 1);
  EXPECT_EQ(conv.conv.padTop, 0);
  EXPECT_TRUE(conv.hasBias);
  const auto kernel = dump.loadLayer(0);
  ASSERT_TRUE(kernel);
  // [y, x, i, o] of shape [3, 2, 4, 5]: channel 1, input 2, y 1, x 1.
  EXPECT_EQ(kernel->weight(1, (2 * 3 + 1) * 2 + 1), 1 + ((1 * 2 + 1) * 4 + 2) * 5 + 1);
  EXPECT_THAT(kernel->bias, ElementsAre(1, 2, 3, 4, 5));
  EXPECT_EQ(dump.loadLayer(1)->weight, (MatrixF(3, 2) << 1, 4, 2, 5, 3, 6).finished());
}

TEST_F(Keras, LegacyWeightFilesHaveTheirLayersAtTheRoot) {
  file.attribute("/", "layer_names", Names{"dense", "model_1"});
  variable("dense/dense/kernel:0", {2, 3});
  variable("model_1/inner/kernel:0", {3, 4});
  variable("model_1/inner_2/kernel:0", {4, 5});
  EXPECT_THAT(layerNames(opened()), ElementsAre("dense", "model_1.inner", "model_1.inner_2"));
}

TEST_F(Keras, LongLegacyNameListsComeInPieces) {
  file.attribute("/", "layer_names0", Names{"b"});
  file.attribute("/", "layer_names1", Names{"a"});
  variable("a/a/kernel:0", {2, 3});
  variable("b/b/kernel:0", {2, 3});
  EXPECT_THAT(layerNames(opened()), ElementsAre("b", "a"));
}

TEST_F(Keras, DepthwiseSeparableAndRecurrentKernelsAreTold) {
  file.attribute("/", "layer_names", Names{"dw", "sep", "lstm", "up"});
  variable("dw/dw/depthwise_kernel:0", {3, 3, 4, 2});
  variable("dw/dw/bias:0", {8});
  variable("sep/sep/depthwise_kernel:0", {3, 3, 4, 1});
  variable("sep/sep/pointwise_kernel:0", {1, 1, 4, 6});
  variable("sep/sep/bias:0", {6});
  variable("lstm/lstm/lstm_cell/kernel:0", {5, 12});
  variable("lstm/lstm/lstm_cell/recurrent_kernel:0", {3, 12});
  variable("lstm/lstm/lstm_cell/bias:0", {12});
  variable("up/conv2d_transpose/kernel:0", {3, 3, 4, 2});
  const Dump dump = opened();
  EXPECT_THAT(layerNames(dump),
              ElementsAre("dw", "sep.depthwise", "sep.pointwise", "lstm.lstm_cell", "lstm.lstm_cell.recurrent"));
  EXPECT_EQ(dump.layers()[0].groups(), 4);
  EXPECT_EQ(dump.layers()[0].channels, 8);
  EXPECT_EQ(dump.layers()[0].k(), 9);
  EXPECT_TRUE(dump.layers()[0].hasBias);
  EXPECT_FALSE(dump.layers()[1].hasBias);
  EXPECT_TRUE(dump.layers()[2].hasBias);
  EXPECT_EQ(dump.layers()[3].channels, 12);
  EXPECT_FALSE(dump.layers()[4].hasBias);
  // [y, x, i, m] of shape [3, 3, 4, 2]: channel 5 is output 1 of input 2; y 0, x 1.
  EXPECT_EQ(dump.loadLayer(0)->weight(5, 1), 1 + (1 * 4 + 2) * 2 + 1);
}

TEST_F(Keras, Version3WeightsOpenInNaturalOrder) {
  variable("layers/conv2d/vars/0", {3, 3, 2, 4});
  variable("layers/conv2d/vars/1", {4});
  variable("layers/dense/vars/0", {4, 3});
  variable("layers/dense/vars/1", {3});
  variable("layers/dense_2/vars/0", {4, 3});
  variable("layers/dense_10/vars/0", {4, 3});
  variable("layers/batch_normalization/vars/0", {4});
  variable("layers/embedding/vars/0", {100, 8});
  variable("layers/conv2d_transpose/vars/0", {3, 3, 2, 4});
  variable("layers/multi_head_attention/query_dense/vars/0", {8, 2, 4});
  variable("layers/functional/layers/depthwise_conv2d/vars/0", {3, 3, 2, 1});
  variable("layers/functional/layers/separable_conv2d/vars/0", {3, 3, 2, 1});
  variable("layers/functional/layers/separable_conv2d/vars/1", {1, 1, 2, 5});
  variable("layers/functional/layers/separable_conv2d/vars/2", {5});
  variable("layers/lstm/cell/vars/0", {5, 12});
  variable("layers/lstm/cell/vars/1", {3, 12});
  variable("layers/lstm/cell/vars/2", {12});
  variable("optimizer/vars/0", {4, 3});
  file.integers("vars/0", {1}, {1});
  const Dump dump = opened();
  EXPECT_THAT(layerNames(dump),
              ElementsAre("conv2d", "dense", "dense_2", "dense_10", "functional.depthwise_conv2d",
                          "functional.separable_conv2d.depthwise", "functional.separable_conv2d.pointwise", "lstm.cell",
                          "lstm.cell.recurrent"));
  EXPECT_TRUE(dump.layers()[0].hasBias);
  EXPECT_EQ(dump.layers()[4].groups(), 2);
  EXPECT_EQ(dump.loadLayer(1)->weight(0, 1), 4);
}

TEST_F(Keras, Version3NamesAndAttributesOfSubclassedModelsWork) {
  variable("_layer_checkpoint_dependencies/first/vars/0", {4, 3});
  variable("_layer_checkpoint_dependencies/dw/vars/0", {3, 3, 4, 1});
  variable("_layer_checkpoint_dependencies/dw/vars/1", {4});
  variable("_layer_checkpoint_dependencies/named/vars/0", {4, 3});
  file.attribute("_layer_checkpoint_dependencies/named/vars", "name", "stem");
  variable("_layer_checkpoint_dependencies/named_2/vars/0", {4, 3});
  file.attribute("_layer_checkpoint_dependencies/named_2/vars", "name", "stem");
  const Dump dump = opened();
  EXPECT_THAT(layerNames(dump), ElementsAre("dw", "first", "stem", "stem.2"));
  EXPECT_EQ(dump.layers()[0].groups(), 4);
}

TEST_F(Keras, NamesWithSlashesBecomeNamesOfGroups) {
  variable("layers/dense/vars/0", {4, 3});
  file.attribute("layers/dense/vars", "name", "block/stem");
  variable("layers/dense_1/vars/0", {4, 3});
  file.attribute("layers/dense_1/vars", "name", "block.stem");
  EXPECT_THAT(layerNames(opened()), ElementsAre("block.stem", "block.stem.2"));
}

TEST_F(Keras, AFileWithoutKernelsIsNamedAsSuch) {
  file.attribute("/", "layer_names", Names{"bn"});
  variable("bn/bn/gamma:0", {5});
  EXPECT_THAT(open(), FailsWith(ErrorCode::unsupported, "a Keras file without any"));
}

TEST_F(Keras, GuardsHoldHereToo) {
  file.attribute("/", "layer_names", Names{"dense", "absent"});
  variable("dense/dense/kernel:0", {2, 3});
  EXPECT_THAT(open(), FailsWith(ErrorCode::notFound, "/absent"));
  CraftedFile linked(path);
  linked.attribute("/", "layer_names", Names{"dense"});
  linked.group("dense");
  H5Lcreate_external("other.h5", "/kernel", linked.id(), "dense/kernel:0", H5P_DEFAULT, H5P_DEFAULT);
  linked.close();
  EXPECT_THAT(Dump::open(path), FailsWith(ErrorCode::refused, "/dense/kernel:0"));
}

TEST_F(Keras, ABiasThatDoesNotFitIsReported) {
  file.attribute("/", "layer_names", Names{"dense"});
  variable("dense/dense/kernel:0", {2, 3});
  variable("dense/dense/bias:0", {2});
  EXPECT_THAT(open(), FailsWith(ErrorCode::wrongShape, "/dense/dense/bias:0"));
}

}  // namespace
}  // namespace axescope
