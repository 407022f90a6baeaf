// SPDX-License-Identifier: GPL-3.0-or-later
// What one sample takes all over a network.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/cost/layer_counts.h"
#include "core/cost/operation_count.h"
#include "core/network/network.h"

namespace axescope {

/// `layers`, as Dump::layers(): the arithmetic of quantized layers, none of those left in float. Every node of the
/// graph in its order, those without operations too.
NetworkCounts countNetwork(const Network& network, std::span<const std::optional<LayerArithmetic>> layers,
                           const ElementwiseArithmetic& elementwise);

/// Without a graph: the quantized layers alone, each as often as one sample of its own inputs asks for, `macs` of it.
NetworkCounts countLayers(std::span<const LayerInfo> infos, std::span<const std::optional<LayerArithmetic>> layers,
                          std::span<const std::int64_t> macs, const ElementwiseArithmetic& elementwise);

}  // namespace axescope
