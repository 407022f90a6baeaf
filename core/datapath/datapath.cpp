// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/datapath.h"

#include "core/budget/certificate.h"

namespace axescope {

Datapath settled(Datapath datapath, const CodeMatrix& codes, IntegerRange activations) {
  if (datapath.innerBits != 0) return datapath;
  const Tiling tiling = Tiling::of(codes.cols(), datapath.tileSize);
  datapath.innerBits = Certificate(codes, tiling, activations, mostAccumulatorBits, 0).smallestInnerBits();
  return datapath;
}

}  // namespace axescope
