// SPDX-License-Identifier: GPL-3.0-or-later
// Integers of one scale to integers of another: an integer multiplication and a rounding shift.
#pragma once

#include <cstdint>

#include "core/cost/layer_counts.h"
#include "core/cost/operation_count.h"

namespace axescope {

/// `count` numbers of `bits` bits times `factor`: a multiplication, unless the factor is a power of two, then half a
/// step added, a shift, and two comparisons with the ends of the new codes.
void addRequantization(OperationRole role, int bits, const FixedPoint& factor, std::int64_t count, NodeCounts& counts);

}  // namespace axescope
