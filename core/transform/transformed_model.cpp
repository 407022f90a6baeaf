// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/transformed_model.h"

#include <algorithm>
#include <limits>
#include <map>
#include <set>
#include <string>
#include <utility>

namespace axescope {

namespace {

// Puts the nodes that layers' inputs go through before the nodes of the layers.
class InputNodes {
 public:
  explicit InputNodes(const TransformedModel& model) : model_(model) {
    for (std::size_t i = 0; i < model.layers.size(); ++i) layers_.emplace(model.layers[i].info.name, i);
  }

  Graph insertedInto(const Graph& graph) {
    for (const std::string& input : graph.inputs) names_.insert(input);
    for (const GraphNode& node : graph.nodes) names_.insert(node.name);
    Graph result{graph.inputs, graph.outputs, {}};
    for (const GraphNode& node : graph.nodes) {
      result.nodes.push_back(node);
      const auto layer = layers_.find(node.layer);
      if (layer == layers_.end()) continue;
      const LayerTransform& transform = model_.layers[layer->second].done;
      if (!transform.divisors.empty()) {
        const std::vector<double> zeros(transform.divisors.size(), 0.0);
        insert(result, "normalize", {{"mean", zeros}, {"std", transform.divisors}});
      }
      if (transform.rotation > 0) insert(result, "hadamard", {{"block", transform.rotation}});
      if (!transform.order.empty()) {
        const int axis = model_.layers[layer->second].info.kind == LayerKind::conv2d ? 1 : -1;
        insert(result, "reorder", {{"order", transform.order}, {"axis", axis}});
      }
    }
    return result;
  }

 private:
  // Between the last node and its input.
  void insert(Graph& graph, const char* op, nlohmann::json attributes) {
    GraphNode& node = graph.nodes.back();
    GraphNode before{.name = node.name + ": " + op,
                     .op = op,
                     .inputs = node.inputs,
                     .layer = {},
                     .params = {},
                     .attributes = std::move(attributes)};
    while (!names_.insert(before.name).second) before.name += '\'';
    node.inputs = {before.name};
    graph.nodes.insert(graph.nodes.end() - 1, std::move(before));
  }

  const TransformedModel& model_;
  std::map<std::string, std::size_t> layers_;
  std::set<std::string> names_;
};

}  // namespace

Result<Network> buildNetwork(const TransformedModel& model) {
  NetworkSource source = *model.source;
  source.graph = InputNodes(model).insertedInto(source.graph);
  source.mostLayerBytes = std::numeric_limits<std::int64_t>::max();  // the network takes them all, here and now
  source.loadLayer = [&](std::size_t layer) -> Result<LayerTensors> { return model.layers[layer].tensors; };
  return Network::build(source);
}

GraphUses countUses(const Network& network) {
  GraphUses uses{std::vector<std::size_t>(network.nodes().size() + 1, 0),
                 std::vector<std::size_t>(network.layerCount(), 0)};
  for (const Network::Node& node : network.nodes()) {
    for (const std::size_t value : node.inputs) ++uses.readers[value];
    if (node.layer) ++uses.nodes[*node.layer];
  }
  ++uses.readers[network.outputValue()];
  return uses;
}

}  // namespace axescope
