// SPDX-License-Identifier: GPL-3.0-or-later
// Layers between which a channel can be scaled without anyone noticing.
#pragma once

#include <cstdint>
#include <vector>

#include "core/transform/transformed_model.h"

namespace axescope {

/// Each output channel c of `first` reaches `second` as its inputs [c·inputsPerChannel, (c + 1)·inputsPerChannel).
struct LayerPair {
  std::size_t first = 0;
  std::size_t second = 0;
  std::int64_t inputsPerChannel = 1;  // above 1 after a flatten
};

/// All pairs of layers joined by a chain of positively homogeneous per-channel operations (relu, max_pool2d,
/// avg_pool2d, global_avg_pool2d, flatten of images) where every value in between has a single reader, both layers are
/// used once, and transforms may change both. In forward order. `network` is that of `model`.
std::vector<LayerPair> layerPairs(const TransformedModel& model, const Network& network);

/// Divides the outputs of a pair's first layer by s, one factor above zero for each of its channels, which the second
/// layer's weights undo.
void absorbDivision(TransformedLayer& first, TransformedLayer& second, const std::vector<double>& s);

/// Gives the outputs of a pair's first layer in another order, order[i] in the place of channel i, which the second
/// layer's columns undo. The first layer has one group.
void absorbOrder(TransformedLayer& first, TransformedLayer& second, const std::vector<std::int64_t>& order);

}  // namespace axescope
