// SPDX-License-Identifier: GPL-3.0-or-later
// The calibration samples on their way through the network, layer by layer, in float and, with error propagation, in
// the network whose earlier layers are quantized already.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "core/base/job.h"
#include "core/network/network.h"

namespace axescope {

/// One node of the graph that uses a layer; a layer may have several.
struct LayerUse {
  std::size_t layer = 0;
  std::size_t number = 0;                   // 0 … count − 1, in forward order
  std::size_t count = 1;                    // uses of this layer
  std::shared_ptr<const Tensor> x;          // its inputs in the float network
  std::shared_ptr<const Tensor> quantized;  // in the quantized one, the same tensor without propagation
};

/// Called for each use of a layer, in forward order, before the layer runs there.
using LayerVisitor = std::function<Status(const LayerUse& use)>;

/// Runs all samples through the network node by node, in chunks over the threads of the arena; a value is freed after
/// its last use. With `quantizedLayer`, a second set of values goes beside the float ones and layers run through it
/// there: it is asked only for layers that were visited.
Status walkCalibration(const Network& network, Tensor samples, const LayerFunction* quantizedLayer,
                       const LayerVisitor& visit, const Job& job);

}  // namespace axescope
