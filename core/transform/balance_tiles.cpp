// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/balance_tiles.h"

#include <algorithm>
#include <map>
#include <optional>

#include "core/transform/layer_pairs.h"
#include "core/transform/layer_scaling.h"

namespace axescope {

Status balanceTiles(TransformedModel& model, const std::vector<std::int64_t>& tileSizes, Pressure pressure) {
  std::map<std::size_t, LayerPair> pairs;  // by second layer
  if (model.source) {
    AXESCOPE_TRY(const Network network, buildNetwork(model));
    for (const LayerPair& pair : layerPairs(model, network)) {
      if (model.layers[pair.first].info.groups() == 1) pairs.emplace(pair.second, pair);
    }
  }
  for (std::size_t index = 0; index < model.layers.size(); ++index) {
    TransformedLayer& layer = model.layers[index];
    const Tiling tiling = Tiling::of(layer.info.k(), tileSizes[index]);
    if (!layer.mayChangeInput || layer.info.groups() != 1 || tiling.tiles() == 1) continue;
    const auto pair = pairs.find(index);
    const std::int64_t perChannel = pair == pairs.end() ? 1 : pair->second.inputsPerChannel;
    const std::int64_t run = perChannel * layer.info.k() / layer.info.inputs;
    const std::vector<std::int64_t> order = balancedOrder(layer.tensors.weight, run, tiling, pressure);
    if (std::ranges::is_sorted(order)) continue;
    if (pair != pairs.end()) {
      absorbOrder(model.layers[pair->second.first], layer, order);
    } else {
      reorderInputs(layer.info, layer.tensors, order);
      layer.done.order = order;
    }
  }
  return {};
}

}  // namespace axescope
