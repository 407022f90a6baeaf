// SPDX-License-Identifier: GPL-3.0-or-later
// Networks written down in a test: graph, layers and params in memory.
#pragma once

#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/network/network.h"

namespace axescope {

inline Tensor randomTensor(Shape shape, unsigned seed) {
  std::mt19937 generator(seed);
  std::uniform_real_distribution<float> value(-2.0F, 2.0F);
  Tensor tensor{std::move(shape), {}};
  tensor.data.resize(static_cast<std::size_t>(tensor.size()));
  for (float& v : tensor.data) v = value(generator);
  return tensor;
}

/// 0, 1, 2, …
inline Tensor countingTensor(Shape shape) {
  Tensor tensor{std::move(shape), {}};
  tensor.data.resize(static_cast<std::size_t>(tensor.size()));
  std::iota(tensor.data.begin(), tensor.data.end(), 0.0F);
  return tensor;
}

inline LayerInfo linearInfo(std::string name, std::int64_t inputs, std::int64_t channels) {
  LayerInfo info;
  info.name = std::move(name);
  info.inputs = inputs;
  info.channels = channels;
  return info;
}

inline LayerInfo convInfo(std::string name, std::int64_t inputs, std::int64_t channels, ConvGeometry conv) {
  LayerInfo info = linearInfo(std::move(name), inputs, channels);
  info.kind = LayerKind::conv2d;
  info.conv = conv;
  return info;
}

/// Random tensors of the right sizes.
inline LayerTensors randomLayer(const LayerInfo& info, unsigned seed, bool withBias = true) {
  LayerTensors tensors;
  const Tensor weight = randomTensor({info.channels, info.k()}, seed);
  tensors.weight = Eigen::Map<const MatrixF>(weight.data.data(), info.channels, info.k());
  if (withBias) tensors.bias = randomTensor({info.channels}, seed + 1).data;
  return tensors;
}

struct SmallNetwork {
  Shape inputShape{1, 4};
  std::vector<LayerInfo> layers;
  std::map<std::string, LayerTensors> tensors;  // random where absent
  std::map<std::string, Tensor> params;
  Graph graph{{"x"}, {}, {}};

  /// Adds a node; it becomes the output. `attributes` is JSON.
  SmallNetwork& add(const std::string& name, const std::string& op, std::vector<std::string> inputs,
                    const std::string& attributes = "{}", const std::string& layer = {},
                    std::map<std::string, std::string> roles = {}) {
    graph.nodes.push_back({name, op, std::move(inputs), layer, std::move(roles), nlohmann::json::parse(attributes)});
    graph.outputs = {name};
    return *this;
  }

  Result<Network> build() const {
    return Network::build(NetworkSource{
        .file = "small.h5",
        .graph = graph,
        .layers = layers,
        .inputShape = inputShape,
        .loadLayer = [this](std::size_t i) -> Result<LayerTensors> {
          const auto found = tensors.find(layers[i].name);
          return found == tensors.end() ? randomLayer(layers[i], static_cast<unsigned>(i)) : found->second;
        },
        .loadParam = [this](const std::string& name) -> Result<Tensor> {
          const auto found = params.find(name);
          if (found == params.end())
            return fail(ErrorCode::notFound, "small.h5", "/params/" + name, "a dataset", "none");
          return found->second;
        },
    });
  }

  Result<Tensor> run(const Tensor& input) const {
    AXESCOPE_TRY(const Network network, build());
    return network.run(input, network.floatLayers());
  }
};

/// A network of one operation.
inline Result<Tensor> runOperation(const std::string& op, const Tensor& input, const std::string& attributes = "{}") {
  SmallNetwork network;
  network.inputShape = input.shape;
  network.add("y", op, {"x"}, attributes);
  return network.run(input);
}

/// An operation of several inputs, without a network around it.
inline Result<Tensor> runOperation(const std::string& op, const std::vector<Tensor>& inputs,
                                   const std::string& attributes = "{}") {
  GraphNode node{"y", op, std::vector<std::string>(inputs.size(), "x"), {}, {}, nlohmann::json::parse(attributes)};
  const ParamLoader noParams;
  AXESCOPE_TRY(const auto operation, makeOperation({.node = node, .loadParam = noParams}));
  std::vector<Shape> shapes;
  std::vector<const Tensor*> pointers;
  for (const Tensor& input : inputs) {
    shapes.push_back(input.shape);
    pointers.push_back(&input);
  }
  AXESCOPE_TRY(const Shape shape, operation->outputShape(shapes));
  Tensor output;
  prepare(output, shape);
  operation->run(pointers, output);
  return output;
}

}  // namespace axescope
