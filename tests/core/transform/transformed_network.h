// SPDX-License-Identifier: GPL-3.0-or-later
// Small networks under transforms: every layer may change unless a test says otherwise.
#pragma once

#include <gtest/gtest.h>

#include "core/transform/transformed_model.h"
#include "tests/core/network/small_network.h"

namespace axescope {

inline TransformedModel transformable(const SmallNetwork& network) {
  TransformedModel model;
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    const LayerInfo& info = network.layers[i];
    const auto found = network.tensors.find(info.name);
    model.layers.push_back(
        {.info = info,
         .tensors = found == network.tensors.end() ? randomLayer(info, static_cast<unsigned>(i)) : found->second,
         .mayChange = true,
         .mayChangeInput = true,
         .done = {}});
  }
  model.source = NetworkSource{
      .file = "small.h5",
      .graph = network.graph,
      .layers = network.layers,
      .inputShape = network.inputShape,
      .loadLayer = {},
      .loadParam = [&network](const std::string& name) -> Result<Tensor> { return network.params.at(name); }};
  return model;
}

inline Tensor outputOf(const TransformedModel& model, const Tensor& input) {
  const auto network = buildNetwork(model);
  EXPECT_TRUE(network) << network.error().line();
  if (!network) return {};
  const auto output = network->run(input, network->floatLayers());
  EXPECT_TRUE(output) << output.error().line();
  return output.value_or(Tensor{});
}

/// The largest difference, as a share of the largest value.
inline double relativeDifference(const Tensor& a, const Tensor& b) {
  EXPECT_EQ(a.shape, b.shape);
  double difference = 0.0;
  double size = 0.0;
  for (std::size_t i = 0; i < a.data.size(); ++i) {
    difference = std::max(difference, static_cast<double>(std::abs(a.data[i] - b.data[i])));
    size = std::max(size, static_cast<double>(std::abs(a.data[i])));
  }
  return difference / size;
}

inline constexpr double sameFunction = 1e-4;

/// Images through a convolution with groups, a depthwise one, pools, a flatten and two linear layers, of random sizes;
/// with a relu after each layer but the last. Channels have very different ranges.
inline SmallNetwork randomImageNetwork(unsigned seed) {
  std::mt19937 random(seed);
  const std::int64_t groups = 1 + random() % 2;
  const std::int64_t channels = groups * (2 + random() % 3);
  const std::int64_t wide = 3 + random() % 4;
  SmallNetwork network;
  network.inputShape = {1, 2 * groups, 8, 8};
  ConvGeometry grouped{3, 3, 1, 1, 1, 1, 1, 1, 1, 1, groups};
  ConvGeometry depthwise{3, 3, 1, 1, 1, 1, 1, 1, 1, 1, channels};
  network.layers = {convInfo("grouped", 2 * groups, channels, grouped),
                    convInfo("depthwise", channels, channels, depthwise), convInfo("pointwise", channels, wide, {}),
                    linearInfo("hidden", wide * 4, 12), linearInfo("classes", 12, 5)};
  for (std::size_t i = 0; i < network.layers.size(); ++i) {
    LayerTensors tensors = randomLayer(network.layers[i], seed + static_cast<unsigned>(i), random() % 3 != 0);
    for (auto row : tensors.weight.rowwise()) row *= std::exp(2.0F * static_cast<float>(random() % 5) - 4.0F);
    network.tensors[network.layers[i].name] = std::move(tensors);
  }
  network.add("g", "conv2d", {"x"}, "{}", "grouped")
      .add("g.relu", "relu", {"g"})
      .add("d", "conv2d", {"g.relu"}, "{}", "depthwise")
      .add("d.relu", "relu", {"d"})
      .add("d.pool", "avg_pool2d", {"d.relu"}, R"({"kernel": 2, "stride": 2})")
      .add("p", "conv2d", {"d.pool"}, "{}", "pointwise")
      .add("p.pool", "max_pool2d", {"p"}, R"({"kernel": 2, "stride": 2})")
      .add("p.relu", "relu", {"p.pool"})
      .add("flat", "flatten", {"p.relu"})
      .add("h", "linear", {"flat"}, "{}", "hidden")
      .add("h.relu", "relu", {"h"})
      .add("y", "linear", {"h.relu"}, "{}", "classes");
  return network;
}

}  // namespace axescope
