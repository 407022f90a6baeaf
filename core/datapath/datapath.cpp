// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/datapath.h"

#include <cstddef>
#include <numeric>

namespace axescope {

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
