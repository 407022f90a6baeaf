// SPDX-License-Identifier: GPL-3.0-or-later
// Costs as people read them: a row for each layer, with the element-wise work that follows it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/cost/pricing.h"

namespace axescope {

struct LayerCost {
  std::string node;                  // the layer's; empty before the first one
  std::optional<std::size_t> layer;  // index into Dump::layers()
  std::vector<std::string> follows;  // other nodes that cost something, up to the next layer
  SharedCost cost;
};

/// Rows in the graph's order; the one before the first layer only where something costs there. Their sum is
/// `cost.all`.
std::vector<LayerCost> costByLayer(const NetworkCounts& counts, const NetworkCost& cost);

}  // namespace axescope
