// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/cost_by_layer.h"

namespace axescope {

std::vector<LayerCost> costByLayer(const NetworkCounts& counts, const NetworkCost& cost) {
  std::vector<LayerCost> rows(1);
  for (std::size_t i = 0; i < counts.nodes.size(); ++i) {
    const NodeCounts& node = counts.nodes[i];
    if (node.layer) {
      rows.push_back({.node = node.node, .layer = node.layer, .follows = {}, .cost = {}});
    } else if (cost.nodes[i].total() > 0.0) {
      rows.back().follows.push_back(node.node);
    }
    for (std::size_t share = 0; share < rows.back().cost.of.size(); ++share) {
      rows.back().cost.of[share] += cost.nodes[i].of[share];
    }
  }
  if (rows.front().follows.empty()) rows.erase(rows.begin());
  return rows;
}

}  // namespace axescope
