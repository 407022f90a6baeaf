// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/round_attention.h"

namespace axescope {

void roundAttention(TransformedModel& model, int bits) {
  if (!model.source) return;
  for (GraphNode& node : model.source->graph.nodes) {
    if (node.op == "attention") node.attributes["product_bits"] = bits;
  }
}

}  // namespace axescope
