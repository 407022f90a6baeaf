// SPDX-License-Identifier: GPL-3.0-or-later
// The integer network against its slow reference, bit for bit, over random networks with every operation it knows.
#include "core/integer/integer_network.h"

#include <cmath>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "reference_network.h"

namespace axescope {
namespace {

// Pixels.
Tensor randomBytes(const Shape& shape, unsigned seed) {
  std::mt19937 random(seed);
  Tensor tensor{shape, {}};
  tensor.data.resize(static_cast<std::size_t>(tensor.size()));
  for (float& v : tensor.data) v = static_cast<float>(random() % 256);
  return tensor;
}

void addBatchNorm(SmallNetwork& network, const std::string& name, const std::string& input, std::int64_t channels,
                  unsigned seed) {
  for (const char* role : {"weight", "bias", "mean"}) network.params[name + role] = randomTensor({channels}, seed++);
  network.params[name + "var"] = randomTensor({channels}, seed);
  for (float& v : network.params[name + "var"].data) v = 0.1F + std::abs(v);
  network.add(name, "batch_norm", {input}, R"({"eps": 0.001})", {},
              {{"weight", name + "weight"}, {"bias", name + "bias"}, {"mean", name + "mean"}, {"var", name + "var"}});
}

/// Every operation that is done in integers, some of them where their input has another reader.
SmallNetwork everyOperation(unsigned seed) {
  std::mt19937 random(seed);
  SmallNetwork network;
  const std::int64_t c = 2 * (1 + random() % 3);
  const std::int64_t size = 5 + random() % 3;
  network.inputShape = {1, 2, size, size};
  const std::int64_t pad = random() % 2;
  network.layers = {convInfo("first", 2, c, {3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1}),
                    convInfo("grouped", c, c, {3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 2}),
                    convInfo("depthwise", c, c, {3, 3, 1, 1, 1, 1, 1, 1, 1, 1, c}), convInfo("gate", c, c, {}),
                    linearInfo("classes", c, 4)};
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    network.tensors[network.layers[i].name] =
        randomLayer(network.layers[i], seed + static_cast<unsigned>(i), random() % 3 != 0);
  }
  network.add("n", "normalize", {"x"}, R"({"mean": [0.4, 0.5], "std": [0.2, 0.3], "divisor": 255})")
      .add("c1", "conv2d", {"n"}, "{}", "first");
  addBatchNorm(network, "b1", "c1", c, seed + 20);
  network.add("r1", "relu", {"b1"}).add("c2", "conv2d", {"r1"}, "{}", "grouped");
  addBatchNorm(network, "b2", "c2", c, seed + 30);
  network.add("sum", "add", {"r1", "b2"})
      .add("r6", "relu6", {"sum"})
      .add("c3", "conv2d", {"r6"}, "{}", "depthwise")
      .add("swish", "hardswish", {"c3"})
      .add("max", "max_pool2d", {"swish"}, R"({"kernel": 2, "stride": 1, "padding": )" + std::to_string(pad) + "}")
      .add("mean", "avg_pool2d", {"max"},
           R"({"kernel": 3, "stride": 1, "padding": 1, "count_include_pad": )" +
               std::string(random() % 2 == 0 ? "true}" : "false}"))
      .add("squeeze", "global_avg_pool2d", {"mean"})
      .add("excite", "conv2d", {"squeeze"}, "{}", "gate")
      .add("sigmoid", "sigmoid", {"excite"})
      .add("scaled", "mul", {"mean", "sigmoid"})
      .add("gelu", "gelu", {"scaled"})
      .add("silu", "silu", {"scaled"})
      .add("joined", "concat", {"gelu", "silu", "scaled"}, R"({"axis": 1})")
      .add("half", "slice", {"joined"}, R"({"axis": 1, "start": 1, "stop": )" + std::to_string(1 + c) + "}")
      .add("padded", "pad", {"half"}, R"({"before": [0, 0, 1, 0], "after": [0, 0, 0, 2], "value": 0.25})")
      .add("turned", "transpose", {"padded"}, R"({"axes": [0, 1, 3, 2]})")
      .add("tanh", "tanh", {"turned"})
      .add("pooled", "global_avg_pool2d", {"tanh"}, R"({"keepdims": false})")
      .add("flat", "flatten", {"pooled"})
      .add("shaped", "reshape", {"flat"}, R"({"shape": [-1, )" + std::to_string(c) + "]}")
      .add("classes", "linear", {"shaped"}, "{}", "classes");
  return network;
}

struct Case {
  const char* name;
  QuantizedNetworkOptions options;
};

std::vector<Case> cases() {
  using enum ActivationEncoding;
  using enum ScaleQuantization;
  return {
      {"w8a8", {}},
      {"centred", {.encoding = centred}},
      {"w4a4, narrow elements", {.weightBits = 4, .activationBits = 4, .encoding = signedSymmetric, .elementBits = 8}},
      {"wide codes", {.weightBits = 12, .activationBits = 14}},
      {"fixed-point", {.rule = {.scales = fixedPoint, .scaleBits = 6}}},
      {"shared", {.encoding = centred, .rule = {.scales = shared, .scaleBits = 8}}},
      {"shared, many bits", {.weightBits = 12, .rule = {.scales = shared, .scaleBits = 31}}},
      {"power-of-two", {.elementBits = 12, .rule = {.scales = powerOfTwo}}}};
}

TEST(IntegerNetwork, EqualsTheSlowReferenceBitForBit) {
  for (const Case& one : cases()) {
    for (unsigned seed = 1; seed <= 6; ++seed) {
      const SmallNetwork description = everyOperation(seed);
      Shape shape = description.inputShape;
      shape.front() = 4;
      const Tensor samples = seed % 2 == 0 ? randomBytes(shape, seed) : randomTensor(shape, seed);
      const QuantizedNetwork network(description, samples, one.options);
      const IntegerNetwork integers = network.integers();
      EXPECT_TRUE(integers.floatOperations().empty()) << integers.floatOperations().front().node;
      const Tensor expected = referenceOutput(network, integers.plan(), samples);
      const Tensor found = network.run(integers, samples);
      EXPECT_EQ(found.shape, expected.shape);
      EXPECT_EQ(found.data, expected.data) << one.name << ", seed " << seed;
    }
  }
}

// Each of its values on its own, so that no later clipping hides a difference.
TEST(IntegerNetwork, EqualsTheSlowReferenceAfterEachOperation) {
  const SmallNetwork whole = everyOperation(7);
  Shape shape = whole.inputShape;
  shape.front() = 3;
  const Tensor samples = randomBytes(shape, 7);
  for (const ScaleQuantization scales : {ScaleQuantization::off, ScaleQuantization::shared}) {
    for (std::size_t nodes = 1; nodes <= whole.graph.nodes.size(); ++nodes) {
      SmallNetwork part = whole;
      part.graph.nodes.resize(nodes);
      part.graph.outputs = {part.graph.nodes.back().name};
      const QuantizedNetwork network(part, samples, {.elementBits = 15, .rule = {.scales = scales}});
      const IntegerNetwork integers = network.integers();
      const Tensor found = network.run(integers, samples);
      EXPECT_EQ(found.data, referenceOutput(network, integers.plan(), samples).data) << part.graph.outputs.front();
      EXPECT_NE(*std::min_element(found.data.begin(), found.data.end()),
                *std::max_element(found.data.begin(), found.data.end()));
    }
  }
}

// With many bits everywhere nothing but rounding is left between the two.
TEST(IntegerNetwork, WithManyBitsComesCloseToFloat) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    const SmallNetwork description = everyOperation(seed);
    Shape shape = description.inputShape;
    shape.front() = 8;
    const Tensor samples = randomBytes(shape, seed);
    const QuantizedNetwork network(description, samples, {.weightBits = 14, .activationBits = 14});
    const Tensor found = network.run(network.integers(), samples);
    const Tensor expected = *network.network.run(samples, network.network.floatLayers());
    double size = 0.0;
    double difference = 0.0;
    for (std::size_t i = 0; i < expected.data.size(); ++i) {
      size = std::max(size, static_cast<double>(std::abs(expected.data[i])));
      difference = std::max(difference, static_cast<double>(std::abs(expected.data[i] - found.data[i])));
    }
    EXPECT_LT(difference, 0.01 * size) << seed;
    EXPECT_GT(difference, 0.0);
  }
}

TEST(IntegerNetwork, DoesInFloatWhatItMustAndSaysWhy) {
  SmallNetwork description;
  description.inputShape = {1, 3, 6};
  description.layers = {linearInfo("up", 6, 8), linearInfo("left", 8, 8), linearInfo("down", 8, 6)};
  description.params["gain"] = randomTensor({6}, 3);
  description.params["bias"] = randomTensor({6}, 4);
  description.add("norm", "layer_norm", {"x"}, "{}", {}, {{"weight", "gain"}, {"bias", "bias"}})
      .add("up", "linear", {"norm"}, "{}", "up")
      .add("act", "gelu", {"up"})
      .add("left", "linear", {"act"}, "{}", "left")
      .add("soft", "softmax", {"left"})
      .add("down", "linear", {"soft"}, "{}", "down")
      .add("sum", "add", {"down", "x"});
  const Tensor samples = randomTensor({5, 3, 6}, 7);
  QuantizedNetwork network(description, samples, {});
  network.leaveInFloat(1);
  const IntegerNetwork integers = network.integers();
  const auto found = integers.floatOperations();
  ASSERT_EQ(found.size(), 3U);
  EXPECT_EQ(found[0], (FloatOperation{"norm", "layer_norm", "a division by the root of each row's own variance"}));
  EXPECT_EQ(found[1], (FloatOperation{"left", "linear", "a layer that is not quantized"}));
  EXPECT_EQ(found[2].node, "soft");
  // Between two operations in float nothing is rounded.
  EXPECT_FALSE(integers.plan().format(4).has_value());
  EXPECT_EQ(network.run(integers, samples).shape, (Shape{5, 3, 6}));
}

TEST(IntegerNetwork, GivesASampleTheSameWhateverTheThreadsAndTheBatch) {
  const SmallNetwork description = everyOperation(3);
  Shape shape = description.inputShape;
  shape.front() = 23;
  const Tensor samples = randomBytes(shape, 5);
  const QuantizedNetwork network(description, samples, {});
  const IntegerNetwork integers = network.integers();
  const BatchLoader load = [&](std::int64_t first, std::int64_t count) -> Result<Tensor> {
    return samples.slice(first, count);
  };
  const auto all = [&](int threads, std::int64_t batch) {
    MatrixF rows(23, 4);
    withThreads(threads, [&] {
      ASSERT_TRUE(forwardAll(integers, batch, load, 23, network.layerFunctions(), intoRows(rows), {}));
    });
    return rows;
  };
  const MatrixF once = all(1, 4);
  EXPECT_EQ(all(1, 4), once);
  EXPECT_EQ(all(2, 4), once);
  EXPECT_EQ(all(2, 7), once);
  const Tensor together = network.run(integers, samples);
  EXPECT_TRUE(std::equal(together.data.begin(), together.data.end(), once.data()));
}

TEST(IntegerNetwork, RefusesSamplesOfAnotherShapeAndKeepsTheErrorOfALayer) {
  const SmallNetwork description = everyOperation(2);
  Shape shape = description.inputShape;
  shape.front() = 2;
  const Tensor samples = randomBytes(shape, 1);
  const QuantizedNetwork network(description, samples, {});
  const IntegerNetwork integers = network.integers();
  SpareCodes spare;
  EXPECT_EQ(integers.run(randomTensor({2, 3, 4, 4}, 1), network.layerFunctions(), spare).error().code,
            ErrorCode::wrongShape);
  LayerFunctions failing = network.layerFunctions();
  failing.integers = [](std::size_t, const CodeTensor&, const CodeScaling&, CodeTensor&) -> Status {
    return fail(ErrorCode::cancelled, {}, {}, {}, {});
  };
  EXPECT_EQ(integers.run(samples, failing, spare).error().code, ErrorCode::cancelled);
}

}  // namespace
}  // namespace axescope
