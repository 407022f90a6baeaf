// SPDX-License-Identifier: GPL-3.0-or-later
// Each operation of a graph on a small value, counted by hand.
#include "core/cost/network_counts.h"

#include <gmock/gmock.h>

#include "core/cost/node_counts.h"
#include "tests/core/network/small_network.h"

namespace axescope {
namespace {

using enum OperationKind;
using enum OperationRole;

Work workOf(const Shape& input, const std::string& op, const std::string& attributes = "{}",
            std::map<std::string, std::string> roles = {}, std::map<std::string, Tensor> params = {},
            std::vector<std::string> inputs = {"x"}) {
  SmallNetwork small;
  small.inputShape = input;
  small.params = std::move(params);
  small.add("y", op, std::move(inputs), attributes, {}, std::move(roles));
  const auto network = small.build();
  EXPECT_TRUE(network) << network.error().line();
  return network ? network->work(0) : Work{};
}

TEST(OperationWork, ActivationFunctions) {
  EXPECT_EQ(workOf({1, 7}, "relu"), (Work{.compares = 7}));
  EXPECT_EQ(workOf({1, 7}, "relu6"), (Work{.compares = 14}));
  for (const char* op : {"gelu", "silu", "hardswish", "sigmoid", "tanh"}) {
    EXPECT_EQ(workOf({1, 2, 3}, op), (Work{.functions = 6})) << op;
  }
}

TEST(OperationWork, SumsAndProducts) {
  EXPECT_EQ(workOf({1, 5}, "add", "{}", {}, {}, {"x", "x"}), (Work{.adds = 5}));
  EXPECT_EQ(workOf({1, 5}, "mul", "{}", {}, {}, {"x", "x"}), (Work{.multiplies = 5}));
}

TEST(OperationWork, NumbersThatOnlyMoveCostNothing) {
  EXPECT_EQ(workOf({1, 2, 3, 3}, "flatten"), Work{});
  EXPECT_EQ(workOf({1, 6}, "reshape", R"({"shape": [-1, 2, 3]})"), Work{});
  EXPECT_EQ(workOf({1, 2, 3}, "transpose", R"({"axes": [0, 2, 1]})"), Work{});
  EXPECT_EQ(workOf({1, 6}, "slice", R"({"axis": 1, "stop": 3})"), Work{});
  EXPECT_EQ(workOf({1, 6}, "pad", R"({"before": [0, 1], "after": [0, 1]})"), Work{});
  EXPECT_EQ(workOf({1, 6}, "concat", R"({"axis": 1})", {}, {}, {"x", "x"}), Work{});
}

// A 3x3 window with padding 1 over 4x4: rows and columns of 2, 3, 3 and 2 elements, 100 in all, 16 windows.
TEST(OperationWork, PoolsCountWhatTheirWindowsTouch) {
  const char* const window = R"({"kernel": 3, "stride": 1, "padding": 1})";
  EXPECT_EQ(workOf({1, 2, 4, 4}, "max_pool2d", window), (Work{.compares = 2 * (100 - 16)}));
  EXPECT_EQ(workOf({1, 2, 4, 4}, "avg_pool2d", window), (Work{.multiplies = 2 * 16, .adds = 2 * (100 - 16)}));
  EXPECT_EQ(workOf({1, 2, 4, 4}, "global_avg_pool2d"), (Work{.multiplies = 2, .adds = 2 * 15}));
}

TEST(OperationWork, Normalizations) {
  const Tensor three = countingTensor({3});
  const std::map<std::string, std::string> norm{{"weight", "w"}, {"bias", "w"}};
  const std::map<std::string, std::string> batch{{"weight", "w"}, {"bias", "w"}, {"mean", "w"}, {"var", "w"}};
  EXPECT_EQ(workOf({1, 3, 2, 2}, "batch_norm", "{}", batch, {{"w", three}}), (Work{.multiplies = 12, .adds = 12}));
  EXPECT_EQ(workOf({1, 1, 2, 2}, "normalize", R"({"mean": [0.5], "std": [2], "divisor": 255})"),
            (Work{.multiplies = 4, .adds = 4}));
  EXPECT_EQ(workOf({1, 1, 2, 2}, "normalize", R"({"mean": [0], "std": [2]})"), (Work{.multiplies = 4}));
  // Two rows of three: mean 2 additions and 1 multiplication, 3 differences, 3 squares, 2 additions, 1 multiplication,
  // 1 addition of ε, 1 function, 3 factors, 3 weights, 3 biases; each row.
  EXPECT_EQ(workOf({1, 2, 3}, "layer_norm", "{}", norm, {{"w", three}}),
            (Work{.multiplies = 2 * 11, .adds = 2 * 11, .functions = 2}));
  EXPECT_EQ(workOf({1, 2, 3}, "rms_norm", "{}", {{"weight", "w"}}, {{"w", three}}),
            (Work{.multiplies = 2 * 10, .adds = 2 * 3, .functions = 2}));
}

TEST(OperationWork, SoftmaxComparesSubtractsExponentiatesAddsAndDividesOnce) {
  EXPECT_EQ(workOf({1, 2, 5}, "softmax"),
            (Work{.multiplies = 10, .adds = 10 + 8, .compares = 8, .divides = 2, .functions = 10}));
}

TEST(OperationWork, CausalAttentionSeesWhatItSees) {
  // Two heads of size 3 over four tokens: 10 pairs a head; 20 scores, each a product of 3 and a sum of 3.
  const Work work = workOf({1, 4, 6}, "attention", R"({"heads": 2, "causal": true})", {}, {}, {"x", "x", "x"});
  EXPECT_EQ(work, (Work{.products = 20 * 6,
                        .multiplies = 20 + 20,
                        .adds = 2 * 20 - 8,
                        .compares = 20 - 8,
                        .divides = 8,
                        .functions = 20}));
}

TEST(OperationWork, RotaryPositionsTurnPairsOfFeatures) {
  const Work plain = workOf({1, 4, 8}, "attention", R"({"heads": 2})", {}, {}, {"x", "x", "x"});
  const Work turned = workOf({1, 4, 8}, "attention", R"({"heads": 2, "rope": {"dims": 2}})", {}, {}, {"x", "x", "x"});
  // Two features of each of two heads, four tokens, of q and of k: 32 numbers, two multiplications and one addition
  // each.
  EXPECT_EQ(turned.multiplies - plain.multiplies, 64);
  EXPECT_EQ(turned.adds - plain.adds, 32);
}

TEST(OperationWork, TablesAndRotations) {
  const Tensor table = countingTensor({10, 3});
  EXPECT_EQ(workOf({1, 4}, "embedding", "{}", {{"weight", "t"}}, {{"t", table}}), (Work{.lookups = 12}));
  EXPECT_EQ(workOf({1, 4, 3}, "position_embedding", "{}", {{"weight", "t"}}, {{"t", table}}),
            (Work{.adds = 12, .lookups = 12}));
  EXPECT_EQ(workOf({1, 16}, "hadamard", R"({"block": 8})"), (Work{.multiplies = 16, .adds = 3 * 16}));
}

TEST(NodeCounts, EveryOperationThatComputesHasItsOwnRole) {
  EXPECT_EQ(roleOf("batch_norm"), normalization);
  EXPECT_EQ(roleOf("tanh"), activation);
  EXPECT_EQ(roleOf("mul"), elementwise);
  EXPECT_EQ(roleOf("hadamard"), rotation);
  EXPECT_EQ(roleOf("attention"), softmax);
}

const ElementwiseArithmetic integers{.isInteger = true, .scale = {.bits = 8}, .norm = {.bits = 5}};

NetworkCounts countIn(const char* op, const Work& work, const NodeSize& size, const CodesAround& codes) {
  return {{countNode(op, work, size, integers, &codes)}};
}

TEST(NodeCounts, IntegersLookActivationFunctionsUp) {
  const auto counts = countIn("gelu", {.functions = 6}, {{6}, 6}, {{12}, {false}, 8});
  EXPECT_THAT(counts.nodes.front().operations,
              testing::UnorderedElementsAre(OperationCount{lookup, activation, integerOf(12), integerOf(12), 6},
                                            OperationCount{byte, values, integerOf(12), integerOf(12), 9},
                                            OperationCount{byte, values, integerOf(8), integerOf(8), 6}));
}

TEST(NodeCounts, BatchNormInIntegersIsOneRequantizationOfItsOwnWidth) {
  const auto counts = countIn("batch_norm", {.multiplies = 6, .adds = 6}, {{6}, 6}, {{16}, {false}, 8});
  EXPECT_THAT(counts.nodes.front().operations,
              testing::Contains(OperationCount{multiply, normalization, integerOf(16), integerOf(5), 6}));
  EXPECT_EQ(counts.total(add), 6);
  EXPECT_EQ(counts.total(shift), 6);
  EXPECT_EQ(counts.total(compare), 12);
}

TEST(NodeCounts, IntegersAddTwoValuesAtOneShift) {
  const auto counts = countIn("add", {.adds = 6}, {{6, 6}, 6}, {{16, 8}, {false, false}, 8});
  EXPECT_EQ(counts.total(multiply, elementwise), 12);
  EXPECT_EQ(counts.total(add, elementwise), 12);
  EXPECT_EQ(counts.total(shift, elementwise), 6);
}

TEST(NodeCounts, IntegersMultiplyTwoValuesAndRequantize) {
  const auto counts = countIn("mul", {.multiplies = 6}, {{6, 6}, 6}, {{16, 8}, {false, false}, 8});
  EXPECT_THAT(counts.nodes.front().operations,
              testing::IsSupersetOf({OperationCount{multiply, elementwise, integerOf(16), integerOf(8), 6},
                                     OperationCount{multiply, elementwise, integerOf(24), integerOf(8), 6}}));
}

TEST(NodeCounts, CodesThatAreHandedOnAreOnlyCompared) {
  const auto counts = countIn("relu", {.compares = 6}, {{6}, 6}, {{8}, {false}, 8});
  EXPECT_EQ(counts.total(compare, activation), 6);
  EXPECT_EQ(counts.total(multiply), 0);
}

TEST(NodeCounts, SoftmaxStaysInFloat) {
  const auto counts = countIn("softmax", {.functions = 6}, {{6}, 6}, {{8}, {false}, 8, true});
  EXPECT_THAT(counts.nodes.front().operations,
              testing::Contains(OperationCount{function, softmax, float32, float32, 6}));
  EXPECT_EQ(counts.total(multiply, quantization), 12);
}

// conv 2x2 over [1, 3, 3] to two channels, relu, a layer in float.
TEST(NetworkCounts, AreThoseOfTheNodesInTheirOrder) {
  SmallNetwork small;
  small.inputShape = {1, 1, 3, 3};
  small.layers = {convInfo("conv", 1, 2, {.kernelHeight = 2, .kernelWidth = 2}), linearInfo("fc", 8, 5)};
  small.add("conv", "conv2d", {"x"}, "{}", "conv").add("relu", "relu", {"conv"}).add("flat", "flatten", {"relu"});
  small.add("fc", "linear", {"flat"}, "{}", "fc");
  const auto network = small.build();
  ASSERT_TRUE(network) << network.error().line();
  const std::vector<std::optional<LayerArithmetic>> layers{LayerArithmetic{}, std::nullopt};
  const NetworkCounts counts = countNetwork(*network, layers, {});
  ASSERT_EQ(counts.nodes.size(), 4U);
  EXPECT_EQ(counts.nodes[0].node, "conv");
  EXPECT_EQ(counts.nodes[0].layer, std::optional<std::size_t>(0));
  EXPECT_EQ(counts.total(multiply, product), 2 * 4 * 4 + 8 * 5);
  EXPECT_EQ(counts.total(compare, activation), 8);
  EXPECT_TRUE(counts.nodes[2].operations.empty());
  EXPECT_EQ(counts.nodes[3].operations.front().a, float32);
}

// conv, relu, conv: the sums of the first become the codes of the second at once; the image and the logits have element
// codes.
TEST(NetworkCounts, AnIntegerNetworkConvertsOnlyWhereCodesDiffer) {
  SmallNetwork small;
  small.inputShape = {1, 1, 3, 3};
  small.layers = {convInfo("a", 1, 2, {}), convInfo("b", 2, 3, {})};
  small.add("a", "conv2d", {"x"}, "{}", "a").add("relu", "relu", {"a"}).add("b", "conv2d", {"relu"}, "{}", "b");
  const auto network = small.build();
  ASSERT_TRUE(network) << network.error().line();
  const LayerArithmetic w8a8{.outerBits = 20};
  const std::vector<std::optional<LayerArithmetic>> layers{w8a8, w8a8};
  const NetworkCounts counts = countNetwork(*network, layers, integers);
  EXPECT_EQ(counts.total(multiply, quantization), 0);
  EXPECT_EQ(counts.total(multiply, scaling), 2 * 9 + 3 * 9);
  EXPECT_THAT(counts.nodes[1].operations,
              testing::Contains(OperationCount{compare, activation, integerOf(8), integerOf(8), 18}));
  LayerArithmetic w8a6 = w8a8;
  w8a6.activationBits = 6;
  small.add("c", "add", {"b", "b"});
  const auto longer = small.build();
  ASSERT_TRUE(longer) << longer.error().line();
  const NetworkCounts others = countNetwork(*longer, std::vector<std::optional<LayerArithmetic>>{w8a8, w8a6}, integers);
  EXPECT_THAT(others.nodes[1].operations,
              testing::Contains(OperationCount{compare, activation, integerOf(6), integerOf(6), 18}));
  EXPECT_EQ(others.total(multiply, elementwise), 2 * 27);
}

TEST(NetworkCounts, LayersWithoutAGraphCountByThemselves) {
  const std::vector<LayerInfo> infos{linearInfo("fc", 10, 3), linearInfo("other", 4, 4)};
  const std::vector<std::optional<LayerArithmetic>> layers{LayerArithmetic{}, std::nullopt};
  const NetworkCounts counts = countLayers(infos, layers, std::vector<std::int64_t>{30, 16}, {});
  ASSERT_EQ(counts.nodes.size(), 1U);
  EXPECT_EQ(counts.total(multiply, product), 30);
  EXPECT_EQ(counts.total(multiply, quantization), 10);
}

}  // namespace
}  // namespace axescope
