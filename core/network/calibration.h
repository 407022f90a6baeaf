// SPDX-License-Identifier: GPL-3.0-or-later
// The calibration samples on their way through the network, layer by layer, in float and, with error propagation, in
// the network whose earlier layers are quantized already.
#pragma once

#include <functional>

#include "core/base/job.h"
#include "core/network/network.h"

namespace axescope {

/// Called once for each layer the graph uses, in forward order, before the layer runs. x: its inputs in the float
/// network; quantized: in the quantized one, the same tensor without propagation.
using LayerVisitor = std::function<Status(std::size_t layer, const Tensor& x, const Tensor& quantized)>;

/// Runs all samples through the network node by node, in chunks over the threads of the arena; a value is freed after
/// its last use. With `quantizedLayer`, a second set of values goes beside the float ones and layers run through it
/// there: it is asked only for layers that were visited.
Status walkCalibration(const Network& network, Tensor samples, const LayerFunction* quantizedLayer,
                       const LayerVisitor& visit, const Job& job);

}  // namespace axescope
