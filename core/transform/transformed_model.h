// SPDX-License-Identifier: GPL-3.0-or-later
// A model's layers and graph while function-preserving transforms rewrite them: each turns it into one that computes
// the same function in float and is easier to quantize.
#pragma once

#include <optional>
#include <vector>

#include "core/network/network.h"
#include "core/transform/layer_transform.h"

namespace axescope {

struct TransformedLayer {
  LayerInfo info;
  LayerTensors tensors;         // of layers that are quantized or used by the graph; others are empty
  bool mayChange = false;       // weights and bias: it will be quantized, and no weight scales are given for it
  bool mayChangeInput = false;  // also what it sees: no activation quantizer is given for it
  LayerTransform done;
};

struct TransformedModel {
  std::vector<TransformedLayer> layers;  // as Dump::layers()
  std::optional<NetworkSource> source;   // none without a graph; transforms rewrite its nodes
};

/// The network of the graph with the layers as they are now. What a layer's inputs go through right before it, and no
/// other layer could take up, is nodes of the graph: a normalize that divides, a hadamard that rotates, a
/// reorder that permutes. The model has a
/// graph. Errors: those of Network::build().
Result<Network> buildNetwork(const TransformedModel& model);

/// How often the graph reads each value, its output counting as a reader, and uses each layer.
struct GraphUses {
  std::vector<std::size_t> readers;  // by value
  std::vector<std::size_t> nodes;    // by layer
};
GraphUses countUses(const Network& network);

}  // namespace axescope
