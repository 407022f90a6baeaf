// SPDX-License-Identifier: GPL-3.0-or-later
// Activation codes times weight codes through a datapath, for layers that come without a network: what is left in
// the accumulators, before zero point, scale and bias.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/job.h"
#include "core/datapath/accumulation_order.h"
#include "core/datapath/datapath.h"
#include "core/datapath/overflow_statistics.h"
#include "core/dump/dump.h"
#include "core/dump/quantized_file.h"
#include "core/network/shape.h"

namespace axescope {

struct CodeProduct {
  Shape shape;                             // linear [samples, C]; conv2d [samples, C, OH, OW]
  std::vector<std::int64_t> accumulators;  // contents of the outer accumulators
  OverflowStatistics overflow;             // C channels, with distributions
  /// [C]: bits of the inner accumulator beyond those of the largest partial sum there was, negative when it lacked
  /// some; of a proven channel, beyond those of the largest that there can be.
  std::vector<int> headroomBits;
  std::vector<double> estimatedOverflow;  // [C], see gaussian_tail.h; 0 for a proven channel
  bool guaranteed = false;                // every channel is proven: nothing could overflow
  int outerBits = 0;                      // resolved, the widest over the groups

  /// Mean over the channels: each has as many dot products.
  double meanEstimatedOverflow() const;
};

/// The datapath that a layer of a quantized file was made for.
Datapath datapathOf(const QuantizedFileLayer& layer);

/// weights[C×K] with the multipliers of the datapath's tiles; activations: codes within input.range(), of shape
/// [samples, I] or [samples, I, H, W], padded with the zero point. Overflows are counted addition by addition, in the
/// order chosen; act-order goes by these very activations, those of the windows of a convolution. Over the threads of
/// the arena; the result does not depend on their number. Errors: wrongShape with the layer as object, cancelled.
Result<CodeProduct> multiplyCodes(const LayerInfo& info, const CodeMatrix& weights, const TileMultipliers& multipliers,
                                  const ActivationQuantizer& input, const Shape& shape,
                                  std::span<const std::int16_t> activations, const Datapath& datapath,
                                  OrderChoice order, const Job& job);

}  // namespace axescope
