// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/network_counts.h"

#include <utility>

#include "core/cost/node_counts.h"

namespace axescope {

namespace {

LayerUseSize sizeOf(const Network& network, const Network::Node& node, std::size_t output) {
  const Shape& shape = network.valueShape(output);
  LayerUseSize use;
  use.dotProducts = elements(shape);
  use.inputs = elements(network.valueShape(node.inputs.front()));
  use.rows = network.layerInfo(*node.layer).kind == LayerKind::linear ? use.dotProducts / shape.back() : 1;
  return use;
}

NodeCounts countLayer(const LayerInfo& info, const std::optional<LayerArithmetic>& layer,
                      const ElementwiseArithmetic& elementwise, const LayerUseSize& use) {
  return layer ? countQuantizedLayer(info, *layer, elementwise, use) : countFloatLayer(info, use);
}

}  // namespace

NetworkCounts countNetwork(const Network& network, std::span<const std::optional<LayerArithmetic>> layers,
                           const ElementwiseArithmetic& elementwise) {
  NetworkCounts counts;
  for (std::size_t index = 0; index < network.nodes().size(); ++index) {
    const Network::Node& node = network.nodes()[index];
    NodeCounts of;
    if (node.layer) {
      of = countLayer(network.layerInfo(*node.layer), layers[*node.layer], elementwise,
                      sizeOf(network, node, index + 1));
    } else {
      NodeSize size{.outputs = elements(network.valueShape(index + 1))};
      for (const std::size_t value : node.inputs) size.inputs += elements(network.valueShape(value));
      of = countNode(node.op, network.work(index), size, elementwise);
    }
    of.node = node.name;
    of.layer = node.layer;
    counts.nodes.push_back(std::move(of));
  }
  return counts;
}

NetworkCounts countLayers(std::span<const LayerInfo> infos, std::span<const std::optional<LayerArithmetic>> layers,
                          std::span<const std::int64_t> macs, const ElementwiseArithmetic& elementwise) {
  NetworkCounts counts;
  for (std::size_t layer = 0; layer < infos.size(); ++layer) {
    if (!layers[layer]) continue;
    const LayerInfo& info = infos[layer];
    const std::int64_t dotProducts = macs[layer] / info.k();
    const LayerUseSize use{.dotProducts = dotProducts,
                           .inputs = dotProducts / info.channels * info.inputs,
                           .rows = dotProducts / info.channels};
    NodeCounts of = countQuantizedLayer(info, *layers[layer], elementwise, use);
    of.node = info.name;
    of.layer = layer;
    counts.nodes.push_back(std::move(of));
  }
  return counts;
}

}  // namespace axescope
