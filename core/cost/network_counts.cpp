// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/network_counts.h"

#include <memory>
#include <utility>

#include "core/cost/node_counts.h"
#include "core/integer/integer_plan.h"

namespace axescope {

namespace {

using Layers = std::span<const std::optional<LayerArithmetic>>;

LayerUseSize sizeOf(const Network& network, const Network::Node& node, std::size_t output) {
  const Shape& shape = network.valueShape(output);
  LayerUseSize use;
  use.dotProducts = elements(shape);
  use.inputs = elements(network.valueShape(node.inputs.front()));
  use.rows = network.layerInfo(*node.layer).kind == LayerKind::linear ? use.dotProducts / shape.back() : 1;
  return use;
}

// Codes of a layer's inputs as the plan tells kinds of codes apart: by their width, whatever they stand for. Two layers
// that read one value at one width have seen the same range.
ActivationQuantizer kindOfCodes(const LayerInfo& info, const LayerArithmetic& layer) {
  if (info.givenInputQuantizer) return *info.givenInputQuantizer;
  ActivationQuantizer codes;
  codes.bits = layer.activationBits;
  return codes;
}

// Which codes each value has, from widths alone.
class PlannedCodes {
 public:
  PlannedCodes(const Network& network, Layers layers, const ElementwiseArithmetic& elementwise)
      : network_(network), quantized_(modelOf(network, layers)), plan_(network, quantized_, ofElements(elementwise)) {}

  CodesAround around(std::size_t node) const {
    const Network::Node& n = network_.nodes()[node];
    CodesAround codes;
    codes.runsInFloat = !plan_.floatReason(node).empty();
    codes.outputBits = bitsOf(node + 1);
    std::optional<ActivationQuantizer> taken;
    if (n.layer && quantized_[*n.layer]) taken = quantized_[*n.layer]->input;
    if (handsCodesOn(n.op)) taken = plan_.format(node + 1);
    for (const std::size_t value : n.inputs) {
      codes.inputBits.push_back(bitsOf(value));
      codes.isConverted.push_back(!codes.runsInFloat && taken && plan_.format(value) != taken);
    }
    return codes;
  }

 private:
  static QuantizedLayers modelOf(const Network& network, Layers layers) {
    QuantizedLayers model(layers.size());
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
      if (!layers[layer]) continue;
      QuantizedLayer kind;
      kind.input = kindOfCodes(network.layerInfo(layer), *layers[layer]);
      kind.dynamicInput = layers[layer]->dynamicInput;
      model[layer] = std::make_shared<const QuantizedLayer>(std::move(kind));
    }
    return model;
  }

  std::vector<ActivationQuantizer> ofElements(const ElementwiseArithmetic& elementwise) const {
    constexpr double unlikeAnyLayers = -1.0;
    ActivationQuantizer element;
    element.bits = elementwise.elementBits;
    element.scale = unlikeAnyLayers;
    return std::vector<ActivationQuantizer>(network_.nodes().size() + 1, element);
  }

  int bitsOf(std::size_t value) const {
    const auto& format = plan_.format(value);
    return format ? format->bits : 0;
  }

  const Network& network_;
  QuantizedLayers quantized_;
  IntegerPlan plan_;
};

NodeCounts countNodeOf(const Network& network, std::size_t index, Layers layers,
                       const ElementwiseArithmetic& elementwise, const CodesAround* codes) {
  const Network::Node& node = network.nodes()[index];
  if (node.layer) {
    const LayerInfo& info = network.layerInfo(*node.layer);
    const LayerUseSize use = sizeOf(network, node, index + 1);
    const auto& layer = layers[*node.layer];
    return layer ? countQuantizedLayer(info, *layer, elementwise, use, codes) : countFloatLayer(info, use, codes);
  }
  NodeSize size{.inputs = {}, .outputs = elements(network.valueShape(index + 1))};
  for (const std::size_t value : node.inputs) size.inputs.push_back(elements(network.valueShape(value)));
  return countNode(node.op, network.work(index), size, elementwise, codes);
}

}  // namespace

NetworkCounts countNetwork(const Network& network, Layers layers, const ElementwiseArithmetic& elementwise) {
  std::optional<PlannedCodes> planned;
  if (elementwise.isInteger) planned.emplace(network, layers, elementwise);
  NetworkCounts counts;
  for (std::size_t index = 0; index < network.nodes().size(); ++index) {
    std::optional<CodesAround> codes;
    if (planned) codes = planned->around(index);
    NodeCounts of = countNodeOf(network, index, layers, elementwise, codes ? &*codes : nullptr);
    of.node = network.nodes()[index].name;
    of.layer = network.nodes()[index].layer;
    counts.nodes.push_back(std::move(of));
  }
  return counts;
}

NetworkCounts countLayers(std::span<const LayerInfo> infos, Layers layers, std::span<const std::int64_t> macs,
                          const ElementwiseArithmetic& elementwise) {
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
