// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/reference_emulator.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdlib>

#include "core/datapath/accumulator.h"

namespace axescope {

DotProductTrace emulateDotProduct(std::span<const std::int16_t> q, std::span<const std::int16_t> x,
                                  const Datapath& datapath, const AccumulationOrder& order,
                                  std::span<const std::int16_t> multipliers) {
  assert(q.size() == x.size());
  assert(multipliers.empty() || multipliers.size() == order.tiles.size());
  const IntegerRange innerRange = twosComplement(datapath.innerBits);
  const IntegerRange outerRange = twosComplement(datapath.outerBits);

  DotProductTrace trace;
  std::int64_t outer = 0;
  std::int64_t handedOver = 0;  // what an outer accumulator without ends would hold
  std::int64_t position = -1;
  const auto overflowHere = [&] {
    if (!trace.firstOverflow) trace.firstOverflow = position;
  };

  for (std::size_t tile = 0; tile < order.tiles.size(); ++tile) {
    const std::vector<std::int64_t>& columns = order.tiles[tile];
    const std::int64_t multiplier = multipliers.empty() ? 1 : std::int64_t{multipliers[tile]};
    std::int64_t inner = 0;
    std::int64_t trueSum = 0;
    for (const std::int64_t column : columns) {
      ++position;
      const auto k = static_cast<std::size_t>(column);
      const std::int64_t product = std::int64_t{q[k]} * std::int64_t{x[k]};
      trueSum += product;
      trace.largestPartialSum = std::max(trace.largestPartialSum, std::abs(trueSum));
      if (!holds(innerRange, inner + product)) {
        ++trace.innerEvents;
        overflowHere();
      }
      inner = settle(inner + product, datapath.innerBits, datapath.innerOverflow);
    }
    if (!holds(innerRange, trueSum)) trace.persistent = true;
    trace.exact += multiplier * trueSum;

    const std::int64_t addend = multiplier * inner;
    handedOver += addend;
    if (!holds(outerRange, outer + addend)) {
      ++trace.outerEvents;
      overflowHere();
    }
    outer = settle(outer + addend, datapath.outerBits, datapath.outerOverflow);
  }
  if (!holds(outerRange, handedOver)) trace.persistent = true;
  trace.transient = trace.overflowed() && !trace.persistent;
  trace.result = outer;
  return trace;
}

}  // namespace axescope
