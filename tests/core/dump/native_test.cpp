// SPDX-License-Identifier: GPL-3.0-or-later
// Native dumps: what FORMAT promises is read as meant.
#include <numeric>

#include <gtest/gtest.h>

#include "tests/core/dump/crafted_dump.h"

namespace axescope {
namespace {

using testing::CraftedDump;
using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using testing::FailsWith;
using Shape = std::vector<std::int64_t>;

Dump mustOpen(CraftedDump& crafted) {
  auto dump = crafted.open();
  EXPECT_TRUE(dump) << dump.error().line();
  return std::move(*dump);
}

std::vector<std::string> layerNames(const Dump& dump) {
  std::vector<std::string> names;
  for (const LayerInfo& layer : dump.layers()) names.push_back(layer.name);
  return names;
}

TEST(NativeDump, WeightsAloneAreADump) {
  CraftedDump crafted;
  crafted.linear("fc", 2, 3);
  const Dump dump = mustOpen(crafted);
  EXPECT_EQ(dump.model(), "tiny");
  EXPECT_EQ(dump.task(), Task::classification);
  EXPECT_EQ(dump.fileName(), "model.h5");
  EXPECT_EQ(dump.path(), crafted.path);
  EXPECT_FALSE(dump.graph());
  EXPECT_FALSE(dump.hasLabels());
  EXPECT_TRUE(dump.calibrationShape().empty());
  EXPECT_TRUE(dump.evaluationShape().empty());
  ASSERT_EQ(dump.layers().size(), 1U);
  const LayerInfo& layer = dump.layers()[0];
  EXPECT_EQ(layer.kind, LayerKind::linear);
  EXPECT_EQ(layer.channels, 2);
  EXPECT_EQ(layer.k(), 3);
  EXPECT_EQ(layer.calibrationSamples(), 0);
  EXPECT_FALSE(layer.hasBias);
  EXPECT_FALSE(layer.hasWeightScale);
  EXPECT_FALSE(layer.givenInputQuantizer);
  const auto tensors = dump.loadLayer(0);
  ASSERT_TRUE(tensors) << tensors.error().line();
  EXPECT_EQ(tensors->weight, (MatrixF(2, 3) << 1, 2, 3, 4, 5, 6).finished());
  EXPECT_TRUE(tensors->bias.empty());
  EXPECT_FALSE(tensors->weightScale);
}

TEST(NativeDump, AConvolutionHasItsGeometry) {
  CraftedDump crafted;
  crafted.conv("layer1.0.conv1", {4, 3, 2, 5});
  const std::string group = "layers/layer1.0.conv1";
  crafted.file.attribute(group, "stride", Shape{2, 1});
  crafted.file.attribute(group, "dilation", Shape{1, 3});
  crafted.file.attribute(group, "padding", Shape{1, 2});
  crafted.file.attribute(group, "groups", std::int64_t{2});
  crafted.counting(group + "/bias", {4});
  crafted.counting(group + "/input", {2, 6, 8, 16});
  const Dump dump = mustOpen(crafted);
  const LayerInfo& layer = dump.layers()[0];
  EXPECT_EQ(layer.name, "layer1.0.conv1");
  EXPECT_EQ(layer.kind, LayerKind::conv2d);
  EXPECT_EQ(layer.inputs, 6);
  EXPECT_EQ(layer.groups(), 2);
  EXPECT_EQ(layer.channelsPerGroup(), 2);
  EXPECT_EQ(layer.k(), 3 * 2 * 5);
  EXPECT_EQ(layer.conv.strideY, 2);
  EXPECT_EQ(layer.conv.strideX, 1);
  EXPECT_EQ(layer.conv.dilationX, 3);
  EXPECT_EQ(layer.conv.padTop, 1);
  EXPECT_EQ(layer.conv.padBottom, 1);
  EXPECT_EQ(layer.conv.padLeft, 2);
  EXPECT_EQ(layer.conv.padRight, 2);
  EXPECT_EQ(layer.inputShape, (Shape{2, 6, 8, 16}));
  EXPECT_EQ(layer.calibrationSamples(), 2);
  EXPECT_TRUE(layer.hasBias);
  const auto tensors = dump.loadLayer(0);
  ASSERT_TRUE(tensors);
  EXPECT_EQ(tensors->weight.rows(), 4);
  EXPECT_EQ(tensors->weight.cols(), 30);
  EXPECT_EQ(tensors->weight(1, 0), 31);
  EXPECT_THAT(tensors->bias, ElementsAre(1, 2, 3, 4));
  const auto input = dump.loadLayerInput(0, 1, 1);
  ASSERT_TRUE(input);
  EXPECT_EQ(input->shape, (Shape{1, 6, 8, 16}));
  EXPECT_EQ(input->data.front(), 6 * 8 * 16 + 1);
}

TEST(NativeDump, PaddingMayDifferOnEachSide) {
  CraftedDump crafted;
  crafted.conv("conv", {1, 1, 3, 3});
  crafted.file.attribute("layers/conv", "padding", Shape{0, 1, 2, 3});
  const Dump dump = mustOpen(crafted);
  const ConvGeometry& conv = dump.layers()[0].conv;
  EXPECT_EQ(conv.padTop, 0);
  EXPECT_EQ(conv.padBottom, 1);
  EXPECT_EQ(conv.padLeft, 2);
  EXPECT_EQ(conv.padRight, 3);
}

struct Given {
  std::int64_t isSigned, zeroPoint;
  ActivationEncoding encoding;
};

class GivenQuantizer : public ::testing::TestWithParam<Given> {};

TEST_P(GivenQuantizer, HasTheEncodingThatItsCodesSay) {
  CraftedDump crafted;
  crafted.linear("fc", 2, 3);
  crafted.file.attribute("layers/fc", "input_scale", 0.25);
  crafted.file.attribute("layers/fc", "input_bits", std::int64_t{4});
  crafted.file.attribute("layers/fc", "input_signed", GetParam().isSigned);
  crafted.file.attribute("layers/fc", "input_zero_point", GetParam().zeroPoint);
  const Dump dump = mustOpen(crafted);
  const ActivationQuantizer expected{0.25, GetParam().zeroPoint, 4, GetParam().encoding};
  EXPECT_EQ(dump.layers()[0].givenInputQuantizer, expected);
}

TEST(NativeDump, OneSignedBitIsTheCodesMinusOneAndZero) {
  for (const std::int64_t zeroPoint : {-1, 0}) {
    CraftedDump crafted;
    crafted.linear("fc", 2, 3);
    crafted.file.attribute("layers/fc", "input_scale", 0.25);
    crafted.file.attribute("layers/fc", "input_bits", std::int64_t{1});
    crafted.file.attribute("layers/fc", "input_signed", std::int64_t{1});
    crafted.file.attribute("layers/fc", "input_zero_point", zeroPoint);
    const Dump dump = mustOpen(crafted);
    const ActivationQuantizer expected{0.25, zeroPoint, 1, ActivationEncoding::centred};
    EXPECT_EQ(dump.layers()[0].givenInputQuantizer, expected);
    EXPECT_EQ(expected.range(), (IntegerRange{-1, 0}));
  }
}

TEST(NativeDump, UnsignedActivationsOfSixteenBitsAreRefusedAndSignedOnesAreNot) {
  for (const bool isSigned : {false, true}) {
    CraftedDump crafted;
    crafted.linear("fc", 2, 3);
    crafted.file.attribute("layers/fc", "input_scale", 0.25);
    crafted.file.attribute("layers/fc", "input_bits", std::int64_t{16});
    crafted.file.attribute("layers/fc", "input_signed", std::int64_t{isSigned ? 1 : 0});
    const auto dump = crafted.open();
    if (isSigned) {
      EXPECT_TRUE(dump);
    } else {
      EXPECT_THAT(dump, FailsWith(ErrorCode::unsupported, "/layers/fc@input_bits: expected at most 15 bits"));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(NativeDump, GivenQuantizer,
                         ::testing::Values(Given{0, 0, ActivationEncoding::unsignedSymmetric},
                                           Given{0, 15, ActivationEncoding::asymmetric},
                                           Given{1, 0, ActivationEncoding::signedSymmetric},
                                           Given{1, -8, ActivationEncoding::centred}));

TEST(NativeDump, AGivenScaleAloneMeansEightUnsignedBits) {
  CraftedDump crafted;
  crafted.linear("fc", 2, 3);
  crafted.file.attribute("layers/fc", "input_scale", 0.5);
  const ActivationQuantizer expected{0.5, 0, 8, ActivationEncoding::unsignedSymmetric};
  EXPECT_EQ(mustOpen(crafted).layers()[0].givenInputQuantizer, expected);
}

TEST(NativeDump, GivenWeightScalesMayBeOneForAll) {
  CraftedDump crafted;
  crafted.linear("each", 2, 3);
  crafted.linear("one", 2, 3);
  crafted.file.floats("layers/each/weight_scale", {2}, {0.5F, 0.25F});
  crafted.file.floats("layers/one/weight_scale", {1}, {0.125F});
  const Dump dump = mustOpen(crafted);
  EXPECT_TRUE(dump.layers()[0].hasWeightScale);
  EXPECT_THAT(*dump.loadLayer(0)->weightScale, ElementsAre(0.5, 0.25));
  EXPECT_THAT(*dump.loadLayer(1)->weightScale, ElementsAre(0.125, 0.125));
}

TEST(NativeDump, HalfDoubleAndBigEndianWeightsBecomeFloat32) {
  CraftedDump crafted;
  crafted.file.group("layers");
  const std::vector<float> values{1.5F, -2, 3, 0.25F};
  const hid_t half = testing::halfType();
  const std::vector<std::pair<std::string, hid_t>> types{
      {"a", half}, {"b", H5T_IEEE_F64LE}, {"c", H5T_IEEE_F32BE}, {"d", H5T_IEEE_F64BE}};
  for (const auto& [name, type] : types) {
    crafted.file.dataset("layers/" + name + "/weight", {2, 2}, type, H5T_NATIVE_FLOAT, values.data());
    crafted.file.attribute("layers/" + name, "kind", "linear");
    crafted.file.attribute("layers/" + name, "axis_order", "OI");
  }
  H5Tclose(half);
  const Dump dump = mustOpen(crafted);
  for (std::size_t i = 0; i < types.size(); ++i)
    EXPECT_EQ(dump.loadLayer(i)->weight, (MatrixF(2, 2) << 1.5F, -2, 3, 0.25F).finished()) << i;
}

TEST(NativeDump, LayersComeInTheGraphsOrderThenByName) {
  CraftedDump crafted;
  crafted.linear("a", 2, 2);
  crafted.linear("b", 2, 2);
  crafted.linear("c.1", 2, 2);
  crafted.linear("d", 2, 2);
  crafted.file.text("graph", R"({"inputs":["x"],"outputs":["z"],"nodes":[
    {"name":"y","op":"linear","inputs":["x"],"layer":"d"},{"name":"r","op":"relu","inputs":["y"]},
    {"name":"z","op":"linear","inputs":["r"],"layer":"b"},{"name":"w","op":"linear","inputs":["z"],"layer":"d"}]})");
  const Dump dump = mustOpen(crafted);
  EXPECT_THAT(layerNames(dump), ElementsAre("d", "b", "a", "c.1"));
  EXPECT_EQ(dump.layerIndex("b"), 1U);
  EXPECT_EQ(dump.layerIndex("e"), std::nullopt);
  ASSERT_TRUE(dump.graph());
  EXPECT_EQ(dump.graph()->nodes.size(), 4U);
}

TEST(NativeDump, ByteImagesLabelsAndParametersLoad) {
  CraftedDump crafted;
  crafted.linear("fc", 2, 12);
  std::vector<std::uint8_t> images(5 * 12);
  std::iota(images.begin(), images.end(), std::uint8_t{200});
  crafted.file.dataset("calibration/inputs", {5, 3, 2, 2}, H5T_STD_U8LE, H5T_NATIVE_UINT8, images.data());
  crafted.file.dataset("eval/inputs", {5, 3, 2, 2}, H5T_STD_U8LE, H5T_NATIVE_UINT8, images.data());
  crafted.file.integers("eval/labels", {5}, {3, 1, 4, 1, 5});
  crafted.counting("params/norm.weight", {2, 2});
  const Dump dump = mustOpen(crafted);
  EXPECT_EQ(dump.calibrationShape(), (Shape{5, 3, 2, 2}));
  EXPECT_EQ(dump.evaluationShape(), (Shape{5, 3, 2, 2}));
  EXPECT_TRUE(dump.hasLabels());
  EXPECT_THAT(*dump.loadLabels(3), ElementsAre(3, 1, 4));
  const auto batch = dump.loadCalibration(1, 2);
  ASSERT_TRUE(batch);
  EXPECT_EQ(batch->shape, (Shape{2, 3, 2, 2}));
  EXPECT_EQ(batch->sampleSize(), 12);
  EXPECT_EQ(batch->data.front(), 212);
  EXPECT_EQ(batch->data.back(), images[35]);
  EXPECT_EQ(dump.loadEvaluation(4, 1)->data.back(), images.back());
  const auto param = dump.loadParam("norm.weight");
  ASSERT_TRUE(param);
  EXPECT_EQ(param->shape, (Shape{2, 2}));
  EXPECT_THAT(param->data, ElementsAre(1, 2, 3, 4));
}

TEST(NativeDump, TokensOfALanguageModelLoad) {
  CraftedDump crafted;
  H5Adelete(crafted.file.id(), "task");
  crafted.file.attribute("/", "task", "language-modeling");
  crafted.linear("head", 2, 2);
  crafted.file.integers("eval/inputs", {2, 3}, {1, 500, 2, 3, 4, 31999});
  const Dump dump = mustOpen(crafted);
  EXPECT_EQ(dump.task(), Task::languageModeling);
  EXPECT_THAT(dump.loadEvaluation(0, 2)->data, ElementsAre(1, 500, 2, 3, 4, 31999));
}

TEST(NativeDump, ModelAndTaskAreOptional) {
  CraftedDump crafted;
  H5Adelete(crafted.file.id(), "task");
  H5Adelete(crafted.file.id(), "model");
  crafted.linear("fc", 2, 2);
  const Dump dump = mustOpen(crafted);
  EXPECT_EQ(dump.task(), Task::none);
  EXPECT_EQ(dump.model(), "model");
}

}  // namespace
}  // namespace axescope
