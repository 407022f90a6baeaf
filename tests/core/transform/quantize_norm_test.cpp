// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/quantize_norm.h"

#include <cmath>

#include "core/transform/fold_batch_norm.h"
#include "transformed_network.h"

namespace axescope {
namespace {

SmallNetwork withNorms() {
  SmallNetwork network;
  network.inputShape = {1, 3, 4};
  network.layers = {linearInfo("fc", 4, 4)};
  unsigned seed = 1;
  for (const char* name : {"b.weight", "b.bias", "b.mean"}) network.params[name] = randomTensor({3}, seed++);
  network.params["b.var"] = Tensor{{3}, {0.3F, 1.2F, 4.0F}};
  for (const char* name : {"l.weight", "l.bias", "r.weight"}) network.params[name] = randomTensor({4}, seed++);
  network
      .add("b", "batch_norm", {"x"}, R"({"eps": 0.001})", {},
           {{"weight", "b.weight"}, {"bias", "b.bias"}, {"mean", "b.mean"}, {"var", "b.var"}})
      .add("f", "linear", {"b"}, "{}", "fc")
      .add("l", "layer_norm", {"f"}, "{}", {}, {{"weight", "l.weight"}, {"bias", "l.bias"}})
      .add("r", "rms_norm", {"l"}, "{}", {}, {{"weight", "r.weight"}});
  return network;
}

const GraphNode& nodeOf(const TransformedModel& model, const std::string& name) {
  for (const GraphNode& node : model.source->graph.nodes) {
    if (node.name == name) return node;
  }
  throw std::out_of_range(name);
}

std::vector<float> paramOf(const TransformedModel& model, const std::string& node, const std::string& role) {
  return model.source->loadParam(nodeOf(model, node).params.at(role))->data;
}

// What one number becomes among those of largest magnitude `most`.
float fixedPoint(double value, double most, int bits) {
  const double unit = most / (std::ldexp(1.0, bits - 1) - 1.0);
  return static_cast<float>(unit * std::nearbyint(value / unit));
}

TEST(QuantizeNorm, BatchNormsScalesAndShiftsAreWholeMultiplesOfOneNumber) {
  const SmallNetwork network = withNorms();
  for (const int bits : {2, 4, 8}) {
    TransformedModel model = transformable(network);
    ASSERT_TRUE(quantizeNorms(model, NormQuantization::fixedPoint, bits));
    std::vector<double> scale;
    std::vector<double> shift;
    for (std::size_t c = 0; c < 3; ++c) {
      const auto value = [&](const char* name) { return static_cast<double>(network.params.at(name).data[c]); };
      const auto a = static_cast<float>(value("b.weight") / std::sqrt(value("b.var") + 0.001));
      scale.push_back(static_cast<double>(a));
      shift.push_back(value("b.bias") - value("b.weight") / std::sqrt(value("b.var") + 0.001) * value("b.mean"));
    }
    const auto most = [](const std::vector<double>& values) {
      double largest = 0.0;
      for (const double v : values) largest = std::max(largest, std::abs(v));
      return largest;
    };
    const Tensor x = randomTensor({2, 3, 4}, 9);
    TransformedModel alone = model;
    alone.source->graph.nodes.resize(1);
    alone.source->graph.outputs = {"b"};
    const Tensor y = outputOf(alone, x);
    for (std::size_t i = 0; i < x.data.size(); ++i) {
      const std::size_t c = i / 4 % 3;
      const double expected = static_cast<double>(x.data[i]) * fixedPoint(scale[c], most(scale), bits) +
                              fixedPoint(shift[c], most(shift), bits);
      EXPECT_NEAR(y.data[i], expected, 1e-5) << bits;
    }
  }
}

TEST(QuantizeNorm, GainsAndBiasesOfFeatureNormsToo) {
  const SmallNetwork network = withNorms();
  TransformedModel model = transformable(network);
  ASSERT_TRUE(quantizeNorms(model, NormQuantization::fixedPoint, 5));
  for (const auto& [node, role] : {std::pair{"l", "weight"}, std::pair{"l", "bias"}, std::pair{"r", "weight"}}) {
    const std::vector<float>& given = network.params.at(std::string(node) + "." + role).data;
    double most = 0.0;
    for (const float v : given) most = std::max(most, static_cast<double>(std::abs(v)));
    const std::vector<float> now = paramOf(model, node, role);
    ASSERT_EQ(now.size(), given.size());
    for (std::size_t i = 0; i < now.size(); ++i) EXPECT_FLOAT_EQ(now[i], fixedPoint(given[i], most, 5));
  }
}

TEST(QuantizeNorm, PowersOfTwoForScalesAndGainsOnly) {
  const SmallNetwork network = withNorms();
  TransformedModel model = transformable(network);
  ASSERT_TRUE(quantizeNorms(model, NormQuantization::powerOfTwo, 8));
  for (const auto& [node, role] : {std::pair{"b", "weight"}, std::pair{"l", "weight"}, std::pair{"r", "weight"}}) {
    for (const float v : paramOf(model, node, role)) {
      int exponent = 0;
      EXPECT_EQ(std::abs(std::frexp(v, &exponent)), 0.5F) << v;
    }
  }
  const std::vector<float> bias = paramOf(model, "l", "bias");
  EXPECT_LT(relativeDifference(Tensor{{4}, bias}, network.params.at("l.bias")), 1.0 / 127.0);
  EXPECT_EQ(quantizeNormValues({0.0F, -0.7F, 0.8F, 3.1F}, true, 8), (std::vector<float>{0.0F, -0.5F, 1.0F, 4.0F}));
}

TEST(QuantizeNorm, SixteenBitsLeaveTheFunctionNextToWhatItWasAndFoldingTakesTheQuantizedNorm) {
  SmallNetwork network;
  network.inputShape = {1, 2, 5, 5};
  network.layers = {convInfo("conv", 2, 3, {3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1})};
  for (const char* role : {"weight", "bias", "mean"}) network.params[role] = randomTensor({3}, 3);
  network.params["var"] = Tensor{{3}, {0.3F, 1.2F, 4.0F}};
  network.add("c", "conv2d", {"x"}, "{}", "conv")
      .add("n", "batch_norm", {"c"}, "{}", {},
           {{"weight", "weight"}, {"bias", "bias"}, {"mean", "mean"}, {"var", "var"}});
  const Tensor x = randomTensor({2, 2, 5, 5}, 4);
  const Tensor before = outputOf(transformable(network), x);
  for (const int bits : {16, 4}) {
    TransformedModel model = transformable(network);
    ASSERT_TRUE(quantizeNorms(model, NormQuantization::fixedPoint, bits));
    const Tensor unfolded = outputOf(model, x);
    ASSERT_TRUE(foldBatchNorms(model));
    EXPECT_EQ(model.source->graph.nodes.size(), 1U);
    EXPECT_LT(relativeDifference(unfolded, outputOf(model, x)), sameFunction);
    const double difference = relativeDifference(before, unfolded);
    EXPECT_TRUE(bits == 16 ? difference < 1e-3 : difference > 1e-3) << difference;
  }
}

TEST(QuantizeNorm, SaysWhichNodesParamsAreWrong) {
  SmallNetwork network = withNorms();
  network.params["b.var"] = Tensor{{3}, {0.3F, -1.2F, 4.0F}};
  TransformedModel model = transformable(network);
  const Status status = quantizeNorms(model, NormQuantization::fixedPoint, 8);
  ASSERT_FALSE(status);
  EXPECT_NE(status.error().object.find("node 'b'"), std::string::npos);
  EXPECT_EQ(status.error().file, "small.h5");
}

}  // namespace
}  // namespace axescope
