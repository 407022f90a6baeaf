// SPDX-License-Identifier: GPL-3.0-or-later
// A multi-stage accumulator: P_I bits over each tile of T products, P_O bits over the tiles' results
// (arXiv 2409.17092, section 3.3), each times its tile's multiplier where tiles have them.
#pragma once

#include <cstdint>

#include "core/linalg/matrix.h"
#include "core/number/integer_range.h"

namespace axescope {

enum class Overflow { wrap, saturate };

struct Datapath {
  int innerBits = 32;  // 0: the exact smallest safe width of the codes, see settled()
  int outerBits = 32;
  std::int64_t tileSize = 0;  // 0: monolithic
  Overflow innerOverflow = Overflow::wrap;
  Overflow outerOverflow = Overflow::wrap;
  friend bool operator==(const Datapath&, const Datapath&) = default;
};

/// The datapath with innerBits 0 replaced by the smallest width at which no tile of codes[C×K] can overflow.
Datapath settled(Datapath datapath, const CodeMatrix& codes, IntegerRange activations);

}  // namespace axescope
