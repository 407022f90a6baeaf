// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/reference_emulator.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdlib>

#include "core/datapath/accumulator.h"

namespace axescope {

DotProductTrace emulateDotProduct(std::span<const std::int16_t> q, std::span<const std::int16_t> x,
                                  const Datapath& datapath, const AccumulationOrder& order) {
  assert(q.size() == x.size());
  const IntegerRange innerRange = twosComplement(datapath.innerBits);
  const IntegerRange outerRange = twosComplement(datapath.outerBits);

  DotProductTrace trace;
  std::int64_t outer = 0;
  std::int64_t handedOver = 0;  // what an outer accumulator without ends would hold
  std::int64_t position = -1;
  const auto overflowHere = [&] {
    if (!trace.firstOverflow) trace.firstOverflow = position;
  };

  for (const std::vector<std::int64_t>& columns : order.tiles) {
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
    trace.exact += trueSum;

    handedOver += inner;
    if (!holds(outerRange, outer + inner)) {
      ++trace.outerEvents;
      overflowHere();
    }
    outer = settle(outer + inner, datapath.outerBits, datapath.outerOverflow);
  }
  if (!holds(outerRange, handedOver)) trace.persistent = true;
  trace.transient = trace.overflowed() && !trace.persistent;
  trace.result = outer;
  return trace;
}

}  // namespace axescope
