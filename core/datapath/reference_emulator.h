// SPDX-License-Identifier: GPL-3.0-or-later
// The slow truth: one dot product, one addition at a time. Every other way of computing a datapath's result is
// compared with this one, bit for bit.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/datapath/accumulation_order.h"
#include "core/datapath/datapath.h"

namespace axescope {

/// What one dot product did on its way.
struct DotProductTrace {
  std::int64_t result = 0;       // content of the outer accumulator at the end
  std::int64_t exact = 0;        // the true integer dot product, multipliers included
  std::int64_t innerEvents = 0;  // additions whose sum left the inner accumulator's range
  std::int64_t outerEvents = 0;  // the same for the outer accumulator
  /// Position in the order of accumulation (0-based, over the whole dot product) of the first inner addition that
  /// overflowed; for an outer overflow the position of the tile's last addition.
  std::optional<std::int64_t> firstOverflow;
  /// Some tile's true sum lies outside the inner range, or the sum of what the inner accumulators handed over, times
  /// their multipliers, lies outside the outer range.
  bool persistent = false;
  bool transient = false;              // overflowed on the way although every final sum lies inside
  std::int64_t largestPartialSum = 0;  // largest |true partial sum| within any tile
  bool overflowed() const { return firstOverflow.has_value(); }
};

/// q and x of length K. Inner accumulators start at 0 for each tile, add q_i·x_i one by one, and hand their content
/// to the outer accumulator, which adds them, times the tiles' multipliers, in the order given; one multiplier for each
/// tile, or none where all are 1. The datapath's widths are both given (no auto).
DotProductTrace emulateDotProduct(std::span<const std::int16_t> q, std::span<const std::int16_t> x,
                                  const Datapath& datapath, const AccumulationOrder& order,
                                  std::span<const std::int16_t> multipliers = {});

}  // namespace axescope
