// SPDX-License-Identifier: GPL-3.0-or-later
// Whatever a graph gets wrong is one line that names file, node, expected and found, before any sample is read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

struct BadNode {
  const char* op;
  const char* attributes;
  Shape input;
  ErrorCode code;
  const char* message;  // after "small.h5: /graph: node 'y': "
};

void PrintTo(const BadNode& bad, std::ostream* out) {
  *out << bad.op << ' ' << bad.attributes;
}

class Malformed : public testing::TestWithParam<BadNode> {};

TEST_P(Malformed, IsOneClearLine) {
  SmallNetwork network;
  network.inputShape = GetParam().input;
  network.add("y", GetParam().op, {"x"}, GetParam().attributes);
  const auto result = network.build();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().line(), std::string("small.h5: /graph: node 'y': ") + GetParam().message);
  EXPECT_EQ(result.error().code, GetParam().code);
}

const Shape image{1, 3, 8, 8};
const Shape row{1, 12};

INSTANTIATE_TEST_SUITE_P(
    Attributes, Malformed,
    testing::Values(
        BadNode{"warp", "{}", row, ErrorCode::unsupported, "expected a known operation, found 'warp'"},
        BadNode{"gelu", R"({"approximate":"fast"})", row, ErrorCode::unsupported,
                "attribute 'approximate': expected none or tanh, found 'fast'"},
        BadNode{"gelu", R"({"approximate":1})", row, ErrorCode::wrongType,
                "attribute 'approximate': expected text, found 1"},
        BadNode{"concat", "{}", row, ErrorCode::notFound, "attribute 'axis': expected an integer, found none"},
        BadNode{"concat", R"({"axis":"one"})", row, ErrorCode::wrongType,
                "attribute 'axis': expected an integer, found \"one\""},
        BadNode{"concat", R"({"axis":1.5})", row, ErrorCode::wrongType,
                "attribute 'axis': expected an integer, found 1.5"},
        BadNode{"concat", R"({"axis":18446744073709551615})", row, ErrorCode::wrongType,
                "attribute 'axis': expected an integer, found 18446744073709551615"},
        BadNode{"softmax", R"({"axis":2})", row, ErrorCode::wrongShape,
                "expected an axis of the input other than the samples', found axis 2 of [N, 12]"},
        BadNode{"softmax", R"({"axis":0})", row, ErrorCode::wrongShape,
                "expected an axis of the input other than the samples', found axis 0 of [N, 12]"},
        BadNode{"softmax", R"({"axis":-9223372036854775808})", row, ErrorCode::wrongShape,
                "expected an axis of the input other than the samples', found axis -9223372036854775808 of [N, 12]"},
        BadNode{"normalize", R"({"mean":[0]})", image, ErrorCode::notFound,
                "attribute 'std': expected a list of finite numbers, found none"},
        BadNode{"normalize", R"({"mean":[0],"std":[1,2]})", image, ErrorCode::wrongShape,
                "attribute 'std': expected 1 numbers, as in mean, found 2"},
        BadNode{"normalize", R"({"mean":[0],"std":["a"]})", image, ErrorCode::wrongType,
                "attribute 'std': expected a list of finite numbers, found [\"a\"]"},
        BadNode{"normalize", R"({"mean":[0],"std":[1]})", image, ErrorCode::wrongShape,
                "expected 1 channels, as in mean, found [N, 3, 8, 8]"},
        BadNode{"normalize", R"({"mean":[0,0,0],"std":[1,0,1]})", image, ErrorCode::notFinite,
                "attribute 'std': expected numbers other than zero, found 0"},
        BadNode{"normalize", R"({"mean":[0,0,0],"std":[1,1,1],"divisor":1e-300})", image, ErrorCode::notFinite,
                "attribute 'divisor': expected a number other than zero, found 0"},
        BadNode{"flatten", R"({"start_axis":0})", image, ErrorCode::wrongShape,
                "expected an axis of the input other than the samples', found axis 0 of [N, 3, 8, 8]"},
        BadNode{"batch_norm", "{}", image, ErrorCode::notFound,
                "param 'weight': expected the name of a dataset in /params, found none"}));

INSTANTIATE_TEST_SUITE_P(
    Layouts, Malformed,
    testing::Values(
        BadNode{"reshape", R"({"shape":[4,3]})", row, ErrorCode::wrongShape,
                "attribute 'shape': expected -1 for the samples, then sizes of which one may be -1, found [4, 3]"},
        BadNode{
            "reshape", R"({"shape":[-1,-1,-1]})", row, ErrorCode::wrongShape,
            "attribute 'shape': expected -1 for the samples, then sizes of which one may be -1, found [-1, -1, -1]"},
        BadNode{"reshape", R"({"shape":[-1,0]})", row, ErrorCode::wrongShape,
                "attribute 'shape': expected -1 for the samples, then sizes of which one may be -1, found [-1, 0]"},
        BadNode{"reshape", R"({"shape":[-1,5]})", row, ErrorCode::wrongShape,
                "expected a value that can take the shape [-1, 5], found [N, 12]"},
        BadNode{"reshape", R"({"shape":[-1,5,-1]})", row, ErrorCode::wrongShape,
                "expected a value that can take the shape [-1, 5, -1], found [N, 12]"},
        // 2^32 · 2^32 is 0 in 64 bits.
        BadNode{"reshape", R"({"shape":[-1,12,4294967296,4294967296]})", row, ErrorCode::wrongShape,
                "expected a value that can take the shape [-1, 12, 4294967296, 4294967296], found [N, 12]"},
        BadNode{"transpose", "{}", image, ErrorCode::notFound,
                "attribute 'axes': expected a list of integers, found none"},
        BadNode{"transpose", R"({"axes":[0,1,1,2]})", image, ErrorCode::wrongShape,
                "attribute 'axes': expected a permutation of the axes that starts with 0, found [0, 1, 1, 2]"},
        BadNode{"transpose", R"({"perm":[1,0,2,3]})", image, ErrorCode::wrongShape,
                "attribute 'perm': expected a permutation of the axes that starts with 0, found [1, 0, 2, 3]"},
        BadNode{"transpose", R"({"axes":[0,2,1]})", image, ErrorCode::wrongShape,
                "expected 3 axes, found [N, 3, 8, 8]"},
        BadNode{"slice", R"({"axis":1,"start":3})", image, ErrorCode::wrongShape,
                "expected elements from 3 to the end on axis 1, found [N, 3, 8, 8]"},
        BadNode{"slice", R"({"axis":1,"start":2,"stop":-2})", image, ErrorCode::wrongShape,
                "expected elements from 2 to -2 on axis 1, found [N, 3, 8, 8]"},
        BadNode{"slice", R"({"axis":1,"step":0})", image, ErrorCode::wrongShape,
                "attribute 'step': expected an integer of at least 1, found 0"},
        BadNode{"slice", R"({"axis":1,"step":-1})", image, ErrorCode::wrongShape,
                "attribute 'step': expected an integer of at least 1, found -1"},
        BadNode{"pad", R"({"before":[0,1],"after":[0,1]})", image, ErrorCode::wrongShape,
                "expected 2 axes, found [N, 3, 8, 8]"},
        BadNode{"pad", R"({"before":[0,1],"after":[0]})", row, ErrorCode::wrongShape,
                "attribute 'after': expected as many widths as before, found [0]"},
        BadNode{"pad", R"({"before":[1,1],"after":[0,0]})", row, ErrorCode::wrongShape,
                "attribute 'before': expected a width for each axis, 0 for the samples and none negative or above "
                "2^31, found [1, 1]"},
        BadNode{"pad", R"({"before":[0,0],"after":[0,-1]})", row, ErrorCode::wrongShape,
                "attribute 'after': expected a width for each axis, 0 for the samples and none negative or above "
                "2^31, found [0, -1]"},
        BadNode{"pad", R"({"before":[0,9223372036854775807],"after":[0,0]})", row, ErrorCode::wrongShape,
                "attribute 'before': expected a width for each axis, 0 for the samples and none negative or above "
                "2^31, found [0, 9223372036854775807]"},
        BadNode{"pad", R"({"before":[0,0,40000,0],"after":[0,0,0,40000]})", image, ErrorCode::tooLarge,
                "expected at most 2147483648 elements per sample, found [N, 3, 40008, 40008]"}));

INSTANTIATE_TEST_SUITE_P(
    Pools, Malformed,
    testing::Values(
        BadNode{"max_pool2d", "{}", image, ErrorCode::notFound,
                "attribute 'kernel': expected an integer or two (height, width), found none"},
        BadNode{"max_pool2d", R"({"kernel":[2,2,2]})", image, ErrorCode::wrongType,
                "attribute 'kernel': expected an integer or two (height, width), found [2,2,2]"},
        BadNode{"max_pool2d", R"({"kernel":0})", image, ErrorCode::wrongShape,
                "attribute 'kernel': expected sizes of at least 1, found [0, 0]"},
        BadNode{"avg_pool2d", R"({"kernel":2,"stride":[1,0]})", image, ErrorCode::wrongShape,
                "attribute 'stride': expected steps of at least 1, found [1, 0]"},
        BadNode{"avg_pool2d", R"({"kernel":2,"stride":-1})", image, ErrorCode::wrongShape,
                "attribute 'stride': expected steps of at least 1, found [-1, -1]"},
        BadNode{"max_pool2d", R"({"kernel":2,"padding":2})", image, ErrorCode::wrongShape,
                "attribute 'padding': expected widths from 0 to less than the kernel, found [2, 2, 2, 2]"},
        BadNode{"max_pool2d", R"({"kernel":2,"padding":[0,0,-1,0]})", image, ErrorCode::wrongShape,
                "attribute 'padding': expected widths from 0 to less than the kernel, found [0, 0, -1, 0]"},
        BadNode{"max_pool2d", R"({"kernel":2,"padding":[1,2,3]})", image, ErrorCode::wrongType,
                "attribute 'padding': expected an integer, two (height, width) or four (top, bottom, left, right), "
                "found [1,2,3]"},
        BadNode{"max_pool2d", R"({"kernel":2,"dilation":2})", image, ErrorCode::wrongShape,
                "attribute 'dilation': expected 1, found [2, 2]"},
        BadNode{"max_pool2d", R"({"kernel":2,"ceil_mode":"yes"})", image, ErrorCode::wrongType,
                "attribute 'ceil_mode': expected true or false, found \"yes\""},
        BadNode{"max_pool2d", R"({"kernel":[9,3],"stride":1})", image, ErrorCode::wrongShape,
                "expected images that hold a 9x3 window with their padding, found [N, 3, 8, 8]"},
        BadNode{"avg_pool2d", R"({"kernel":2})", row, ErrorCode::wrongShape,
                "expected images [N, C, H, W], found [N, 12]"},
        BadNode{"global_avg_pool2d", "{}", row, ErrorCode::wrongShape, "expected images [N, C, H, W], found [N, 12]"}));

std::string buildError(const SmallNetwork& network) {
  const auto result = network.build();
  return result ? "built" : result.error().line();
}

TEST(MalformedGraph, NumberOfInputs) {
  EXPECT_EQ(buildError(SmallNetwork().add("y", "add", {"x"})),
            "small.h5: /graph: node 'y': expected 2 inputs of 'add', found 1");
  EXPECT_EQ(buildError(SmallNetwork().add("y", "relu", {"x", "x"})),
            "small.h5: /graph: node 'y': expected 1 input of 'relu', found 2");
  EXPECT_EQ(buildError(SmallNetwork().add("y", "concat", {}, R"({"axis":1})")),
            "small.h5: /graph: node 'y': expected at least 1 input of 'concat', found 0");
  EXPECT_EQ(buildError(SmallNetwork().add("y", "linear", {"x", "x"})),
            "small.h5: /graph: node 'y': expected 1 input of 'linear', found 2");
}

TEST(MalformedGraph, NamesThatAreNotThere) {
  EXPECT_EQ(buildError(SmallNetwork().add("y", "relu", {"z"})),
            "small.h5: /graph: node 'y': inputs: expected names of the input or of earlier nodes, found 'z'");
  SmallNetwork network;
  network.add("y", "relu", {"x"}).graph.outputs = {"z"};
  EXPECT_EQ(buildError(network), "small.h5: /graph: outputs: expected the name of a node, found 'z'");
}

TEST(MalformedGraph, OneInputAndOneOutput) {
  SmallNetwork network;
  network.add("y", "relu", {"x"}).graph.outputs = {"y", "y"};
  EXPECT_EQ(buildError(network), "small.h5: /graph: outputs: expected one output, found 2");
  network.graph.inputs = {"x", "mask"};
  EXPECT_EQ(buildError(network), "small.h5: /graph: inputs: expected one input, found 2");
}

TEST(MalformedGraph, AnInputWithoutData) {
  SmallNetwork network;
  network.add("y", "relu", {"x"});
  network.inputShape = {};
  EXPECT_EQ(buildError(network),
            "small.h5: /graph: input 'x': expected /calibration/inputs or /eval/inputs, which tell its shape, found "
            "neither");
  network.inputShape = {3, 0};
  EXPECT_EQ(buildError(network), "small.h5: /graph: input: expected at least one element on each axis, found [N, 0]");
}

TEST(MalformedGraph, ValuesThatDoNotMeet) {
  SmallNetwork network;
  network.inputShape = {1, 3, 8, 8};
  network.add("half", "slice", {"x"}, R"({"axis":2,"stop":4})").add("y", "add", {"x", "half"});
  EXPECT_EQ(
      buildError(network),
      "small.h5: /graph: node 'y': expected two values of equal sizes (or 1) on each axis, found [N, 3, 8, 8] and "
      "[N, 3, 4, 8]");
  network.add("y", "concat", {"x", "half"}, R"({"axis":1})");
  network.graph.nodes.erase(network.graph.nodes.begin() + 1);
  EXPECT_EQ(buildError(network),
            "small.h5: /graph: node 'y': expected values that differ on axis 1 only, found [N, 3, 8, 8] and "
            "[N, 3, 4, 8]");
  SmallNetwork ranks;
  ranks.inputShape = {1, 4, 1, 1};
  ranks.add("flat", "flatten", {"x"}).add("y", "mul", {"x", "flat"});
  EXPECT_EQ(
      buildError(ranks),
      "small.h5: /graph: node 'y': expected two values of equal sizes (or 1) on each axis, found [N, 4, 1, 1] and "
      "[N, 4]");
}

TEST(MalformedGraph, Layers) {
  SmallNetwork network;
  network.inputShape = {1, 3, 8, 8};
  network.layers = {convInfo("c", 4, 2, {.kernelHeight = 3, .kernelWidth = 3}), linearInfo("l", 7, 2),
                    convInfo("big", 3, 2, {.kernelHeight = 3, .kernelWidth = 5, .dilationX = 2})};
  const auto error = [&](const char* op, const char* layer) {
    SmallNetwork one = network;
    return buildError(one.add("y", op, {"x"}, "{}", layer));
  };
  EXPECT_EQ(error("conv2d", ""),
            "small.h5: /graph: node 'y': attribute 'layer': expected the name of a group in /layers, found none");
  EXPECT_EQ(error("conv2d", "d"),
            "small.h5: /graph: node 'y': attribute 'layer': expected the name of a group in /layers, found 'd'");
  EXPECT_EQ(error("conv2d", "l"),
            "small.h5: /graph: node 'y': expected a layer of kind 'conv2d', found 'l' of kind 'linear'");
  EXPECT_EQ(error("conv2d", "c"), "small.h5: /graph: node 'y': expected images [N, 4, H, W], found [N, 3, 8, 8]");
  EXPECT_EQ(error("linear", "l"),
            "small.h5: /graph: node 'y': expected 7 features on the last axis, found [N, 3, 8, 8]");
  EXPECT_EQ(error("conv2d", "big"),
            "small.h5: /graph: node 'y': expected images that hold a 3x5 kernel with their padding, found "
            "[N, 3, 8, 8]");
  network.layers[2].conv.padLeft = std::int64_t{1} << 31;
  EXPECT_EQ(error("conv2d", "big").substr(0, 82),
            "small.h5: /graph: node 'y': expected at most 2147483648 elements per sample, found");
}

TEST(MalformedGraph, Params) {
  SmallNetwork network;
  network.inputShape = {1, 3, 8, 8};
  const Tensor three{{3}, {1, 1, 1}};
  network.params = {{"g", three}, {"b", three}, {"m", three}, {"v", three}};
  const auto error = [&] {
    SmallNetwork one = network;
    return buildError(
        one.add("y", "batch_norm", {"x"}, "{}", {}, {{"weight", "g"}, {"bias", "b"}, {"mean", "m"}, {"var", "v"}}));
  };
  EXPECT_EQ(error(), "built");
  network.params["v"].data[1] = -1.0F;
  EXPECT_EQ(error(),
            "small.h5: /graph: node 'y': param 'var': expected var + eps above zero, found -0.99999 in channel 1");
  network.params["v"] = Tensor{{2}, {1, 1}};
  EXPECT_EQ(error(), "small.h5: /graph: node 'y': param 'var': expected 3 values, as in weight, found 2");
  network.params["b"].data[0] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(error(), "small.h5: /graph: node 'y': param 'bias': expected finite values, found NaN or infinity");
  network.params.erase("b");
  EXPECT_EQ(error(), "small.h5: /params/b: expected a dataset, found none");
  network.params = {{"g", Tensor{{2}, {1, 1}}}, {"b", three}, {"m", three}, {"v", three}};
  EXPECT_EQ(error(), "small.h5: /graph: node 'y': param 'bias': expected 2 values, as in weight, found 3");
  for (auto& [name, tensor] : network.params) tensor = Tensor{{2}, {1, 1}};
  EXPECT_EQ(error(), "small.h5: /graph: node 'y': expected 2 channels on axis 1, as in the params, found [N, 3, 8, 8]");
}

}  // namespace
}  // namespace axescope
