// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/budget/tiling.h"

namespace axescope {

Tiling Tiling::of(std::int64_t k, std::int64_t tileSize) {
  return {.k = k, .tileSize = tileSize <= 0 || tileSize > k ? std::max<std::int64_t>(k, 1) : tileSize};
}

}  // namespace axescope
