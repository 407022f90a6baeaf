// SPDX-License-Identifier: GPL-3.0-or-later
// Which columns share a tile: an order of a layer's inputs whose tiles press alike on their ℓ₁ budgets.
#pragma once

#include <cstdint>
#include <vector>

#include "core/budget/tiling.h"
#include "core/linalg/matrix.h"

namespace axescope {

enum class Pressure {
  ofEachSign,  // asymmetric codes: positive and negative weights have a budget each
  ofBoth,      // codes with both signs: they share one
};

/// Order of runs of `runLength` columns of weight[C×K], order[i] in the place of run i. Runs are swapped as long as
/// Σ over channels and tiles of squared pressures falls, a pressure being a sum of |w| relative to the channel's; in a
/// local minimum no swap of two runs helps. Deterministic; natural where there is one tile. Time grows with the square
/// of the number of runs.
std::vector<std::int64_t> balancedOrder(const MatrixF& weight, std::int64_t runLength, const Tiling& tiling,
                                        Pressure pressure);

/// Σ over channels and tiles of the squared pressures when the columns stand as they do.
double tilePressure(const MatrixF& weight, const Tiling& tiling, Pressure pressure);

}  // namespace axescope
