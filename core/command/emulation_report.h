// SPDX-License-Identifier: GPL-3.0-or-later
// What `emulate` prints: each layer's overflows as shares, with an estimate beside them.
#pragma once

#include <string>
#include <vector>

#include "core/datapath/accumulation_order.h"
#include "core/network/code_product.h"

namespace axescope {

struct EmulatedLayerRow {
  std::string layer;
  Datapath datapath;       // with the outer width and the tile resolved
  ChannelOverflow counts;  // all channels together
  double eventsPerMac = 0.0;
  std::int64_t medianFirstOverflow = -1;
  int headroomBits = 0;  // the least of any channel
  double estimatedOverflow = 0.0;
  bool guaranteed = false;
};

EmulatedLayerRow emulatedLayerRow(const LayerInfo& info, Datapath datapath, const CodeProduct& product);

/// A table for people, and what its columns mean.
std::string emulationText(const std::vector<EmulatedLayerRow>& rows, OrderChoice order);
std::string emulationJson(const std::vector<EmulatedLayerRow>& rows, OrderChoice order);

}  // namespace axescope
