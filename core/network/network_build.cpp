// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include <fmt/format.h>

#include "core/network/float_layer.h"
#include "core/network/network.h"

namespace axescope {

/// Names become numbers, then operations, layers and shapes follow node by node.
class NetworkBuilder {
 public:
  explicit NetworkBuilder(const NetworkSource& source) : source_(source) {}

  Result<Network> build() {
    network_.file_ = source_.file;
    network_.loadLayer_ = source_.loadLayer;
    network_.mostLayerBytes_ = source_.mostLayerBytes;
    network_.tensors_ = std::make_shared<BoundedCache<LayerTensors>>(source_.mostLayerBytes);
    std::int64_t bytes = 0;
    for (const LayerInfo& info : source_.layers) bytes += info.parameters() * static_cast<std::int64_t>(sizeof(float));
    readsLayers_ = bytes <= source_.mostLayerBytes;
    AXESCOPE_CHECK(readInput());
    for (const LayerInfo& info : source_.layers) {
      layerIndex_.emplace(info.name, network_.layers_.size());
      network_.layers_.push_back({.info = info, .direct = nullptr});
    }
    for (const GraphNode& node : source_.graph.nodes) {
      if (auto status = addNode(node); !status) return fail(atNode(status.error(), source_.file, node.name));
    }
    AXESCOPE_CHECK(readOutput());
    findLastUses();
    if (readsLayers_) network_.loadLayer_ = nullptr;  // they are all there, wherever they came from
    return std::move(network_);
  }

 private:
  Status readInput() {
    const auto& names = source_.graph.inputs;
    if (names.size() != 1) {
      return fail(ErrorCode::unsupported, source_.file, "/graph: inputs", "one input", fmt::format("{}", names.size()));
    }
    if (source_.inputShape.empty()) {
      return fail(ErrorCode::empty, source_.file, "/graph: input '" + names.front() + "'",
                  "/calibration/inputs or /eval/inputs, which tell its shape", "neither");
    }
    auto shape = checkedShape(source_.inputShape);
    if (!shape) return fail(atInput(std::move(shape).error()));
    values_.emplace(names.front(), 0);
    network_.valueShapes_.emplace_back(shape->begin() + 1, shape->end());
    return {};
  }

  Error atInput(Error error) const {
    error.file = source_.file;
    error.object = "/graph: input";
    return error;
  }

  Status readOutput() {
    const auto& names = source_.graph.outputs;
    if (names.size() != 1) {
      return fail(ErrorCode::unsupported, source_.file, "/graph: outputs", "one output",
                  fmt::format("{}", names.size()));
    }
    const auto found = values_.find(names.front());
    if (found == values_.end()) {
      return fail(ErrorCode::notFound, source_.file, "/graph: outputs", "the name of a node",
                  "'" + names.front() + "'");
    }
    network_.outputValue_ = found->second;
    return {};
  }

  Status addNode(const GraphNode& node) {
    std::vector<std::size_t> inputs;
    for (const std::string& name : node.inputs) {
      const auto found = values_.find(name);
      if (found == values_.end()) {
        return fail(ErrorCode::notFound, {}, "inputs", "names of the input or of earlier nodes", "'" + name + "'");
      }
      inputs.push_back(found->second);
    }
    std::shared_ptr<const Operation> operation;
    std::optional<std::size_t> layer;
    if (node.op == name(LayerKind::linear) || node.op == name(LayerKind::conv2d)) {
      AXESCOPE_TRY(layer, useLayer(node));
    } else {
      AXESCOPE_TRY(operation, makeOperation({.node = node, .loadParam = source_.loadParam}));
    }
    network_.nodes_.push_back({.name = node.name, .op = node.op, .inputs = inputs, .layer = layer});
    network_.operations_.push_back(std::move(operation));
    AXESCOPE_CHECK(network_.addValueOf(network_.nodes_.size() - 1));
    values_.emplace(node.name, network_.nodes_.size());
    return {};
  }

  Result<std::size_t> useLayer(const GraphNode& node) {
    AXESCOPE_CHECK(checkInputCount(node, 1, 1));
    if (node.layer.empty()) {
      return fail(ErrorCode::notFound, {}, Attributes::objectName("layer"), "the name of a group in /layers", "none");
    }
    const auto found = layerIndex_.find(node.layer);
    if (found == layerIndex_.end()) {
      return fail(ErrorCode::notFound, {}, Attributes::objectName("layer"), "the name of a group in /layers",
                  "'" + node.layer + "'");
    }
    Network::Layer& layer = network_.layers_[found->second];
    if (node.op != name(layer.info.kind)) {
      return fail(ErrorCode::wrongType, {}, {}, fmt::format("a layer of kind '{}'", node.op),
                  fmt::format("'{}' of kind '{}'", node.layer, name(layer.info.kind)));
    }
    if (layer.macs == 0) {
      AXESCOPE_CHECK(checkLayer(layer.info));
      if (readsLayers_) AXESCOPE_CHECK(network_.layer(found->second));
      if (layer.info.kind == LayerKind::conv2d) {
        layer.direct = std::make_shared<const SizedConvolution<float>>(layer.info, ZeroMargins::ofKernel);
      }
    }
    return found->second;
  }

  void findLastUses() {
    const std::size_t count = network_.nodes_.size();
    network_.lastUse_.assign(count + 1, 0);
    for (std::size_t node = 0; node < count; ++node) {
      network_.lastUse_[node + 1] = node;
      for (const std::size_t value : network_.nodes_[node].inputs) network_.lastUse_[value] = node;
    }
    network_.lastUse_[network_.outputValue_] = count;
  }

  const NetworkSource& source_;
  Network network_;
  bool readsLayers_ = true;  // now, so that what is wrong with them is said when the file is opened
  std::map<std::string, std::size_t> layerIndex_;
  std::map<std::string, std::size_t> values_;
};

Result<Network> Network::build(const NetworkSource& source) {
  return NetworkBuilder(source).build();
}

Result<Network> Network::build(const Dump& dump, std::int64_t mostLayerBytes) {
  AXESCOPE_TRY(NetworkSource source, networkSource(dump));
  source.mostLayerBytes = mostLayerBytes;
  AXESCOPE_TRY(Network network, build(source));
  const Shape& evaluation = dump.evaluationShape();
  const Shape& calibration = dump.calibrationShape();
  if (!evaluation.empty() && !calibration.empty() && !network.resized(calibration)) {
    return fail(ErrorCode::wrongShape, dump.fileName(), "/calibration/inputs",
                "samples that the graph can take as it takes those of /eval/inputs, " + batchShapeText(evaluation),
                batchShapeText(calibration));
  }
  return network;
}

Result<NetworkSource> networkSource(const Dump& dump) {
  if (!dump.graph()) return fail(ErrorCode::notFound, dump.fileName(), "/graph", "a graph", "none");
  const Shape& evaluation = dump.evaluationShape();
  const Shape& calibration = dump.calibrationShape();
  return NetworkSource{
      .file = dump.fileName(),
      .graph = *dump.graph(),
      .layers = dump.layers(),
      .inputShape = evaluation.empty() ? calibration : evaluation,
      .loadLayer = [&dump](std::size_t layer) { return dump.loadLayer(layer); },
      .loadParam = [&dump](const std::string& name) { return dump.loadParam(name); },
  };
}

}  // namespace axescope
