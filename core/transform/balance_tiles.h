// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <vector>

#include "core/transform/tile_balance.h"
#include "core/transform/transformed_model.h"

namespace axescope {

/// Tile balancing, core/README.md (33): the inputs of each layer of one group are put in the order that balances its
/// tiles, whole channels of a convolution together. The layer before gives its outputs in that order where layerPairs()
/// finds one of one group; else the layer's inputs are reordered right before it. `tileSizes` by layer, 0: one tile,
/// which leaves the layer alone. Errors: those of buildNetwork().
Status balanceTiles(TransformedModel& model, const std::vector<std::int64_t>& tileSizes, Pressure pressure);

}  // namespace axescope
