// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/datapath.h"

#include <cstddef>
#include <numeric>

namespace axescope {

Datapath settled(Datapath datapath, const CodeMatrix& codes, IntegerRange activations) {
  if (datapath.innerBits != 0) return datapath;
  const Tiling tiling = Tiling::of(codes.cols(), datapath.tileSize);
  datapath.innerBits = Certificate(codes, tiling, activations, mostAccumulatorBits, 0).smallestInnerBits();
  return datapath;
}

AccumulationOrder AccumulationOrder::natural(const Tiling& tiling) {
  AccumulationOrder order;
  order.tiles.resize(static_cast<std::size_t>(tiling.tiles()));
  for (std::int64_t t = 0; t < tiling.tiles(); ++t) {
    auto& columns = order.tiles[static_cast<std::size_t>(t)];
    columns.resize(static_cast<std::size_t>(tiling.end(t) - tiling.begin(t)));
    std::iota(columns.begin(), columns.end(), tiling.begin(t));
  }
  return order;
}

}  // namespace axescope
