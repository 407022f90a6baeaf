// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/fold_batch_norm.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/network/batch_norm.h"

namespace axescope {

namespace {

// The layer that the batch norm of this node can become part of.
std::optional<std::size_t> foldsInto(const TransformedModel& model, const Network& network, const GraphUses& uses,
                                     std::size_t node) {
  if (network.nodes()[node].op != "batch_norm") return std::nullopt;
  const std::size_t value = network.nodes()[node].inputs.front();
  if (value == 0 || uses.readers[value] != 1) return std::nullopt;
  const auto layer = network.nodes()[value - 1].layer;
  if (!layer || uses.nodes[*layer] != 1 || !model.layers[*layer].mayChange) return std::nullopt;
  // A batch norm's channels are on axis 1; a linear layer's are there only without further axes.
  const bool sameAxis = network.layerInfo(*layer).kind == LayerKind::conv2d || network.valueShape(value).size() == 1;
  return sameAxis ? layer : std::nullopt;
}

void takeUp(const BatchNormScaling& norm, LayerTensors& tensors) {
  tensors.bias.resize(norm.scale.size(), 0.0F);
  for (std::size_t channel = 0; channel < norm.scale.size(); ++channel) {
    tensors.weight.row(static_cast<Eigen::Index>(channel)) *= norm.scale[channel];
    tensors.bias[channel] = tensors.bias[channel] * norm.scale[channel] + norm.shift[channel];
  }
}

}  // namespace

Status foldBatchNorms(TransformedModel& model) {
  if (!model.source) return {};
  AXESCOPE_TRY(const Network network, buildNetwork(model));
  const GraphUses uses = countUses(network);
  Graph& graph = model.source->graph;
  std::vector<GraphNode> kept;
  const std::vector<GraphNode> nodes = graph.nodes;
  std::map<std::string, std::string> standsFor;  // the name of a node that is gone → its layer's
  const auto rename = [&](std::vector<std::string>& names) {
    for (std::string& name : names) {
      if (const auto found = standsFor.find(name); found != standsFor.end()) name = found->second;
    }
  };
  for (std::size_t node = 0; node < nodes.size(); ++node) {
    const auto layer = foldsInto(model, network, uses, node);
    if (!layer) {
      kept.push_back(nodes[node]);
      rename(kept.back().inputs);
      continue;
    }
    const auto norm = readBatchNorm({.node = nodes[node], .loadParam = model.source->loadParam});
    if (!norm) return fail(atNode(norm.error(), model.source->file, nodes[node].name));
    takeUp(*norm, model.layers[*layer].tensors);
    model.layers[*layer].done.foldedBatchNorm = nodes[node].name;
    standsFor.emplace(nodes[node].name, nodes[node].inputs.front());
  }
  rename(graph.outputs);
  graph.nodes = std::move(kept);
  return {};
}

}  // namespace axescope
