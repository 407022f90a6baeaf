// SPDX-License-Identifier: GPL-3.0-or-later
// Integers of one scale to integers of another: an integer multiplication and a rounding shift.
#pragma once

#include <cstdint>
#include <vector>

#include "core/cost/layer_counts.h"
#include "core/cost/operation_count.h"

namespace axescope {

/// `count` numbers of `bits` bits times `factor`: a multiplication, unless the factor is a power of two, then half a
/// step added, a shift, and two comparisons with the ends of the new codes.
void addRequantization(OperationRole role, int bits, const IntegerFactor& factor, std::int64_t count,
                       NodeCounts& counts);

/// Inputs that become other codes before the node takes them. `inputs`: elements of each.
void addConversions(const CodesAround& codes, const std::vector<std::int64_t>& inputs,
                    const ElementwiseArithmetic& elementwise, NodeCounts& counts);

/// Around what an integer network does in float: codes to floats, a subtraction and a multiplication each, and floats
/// to codes, a multiplication, an addition and two comparisons.
void addFloatPassage(const CodesAround& codes, const std::vector<std::int64_t>& inputs, std::int64_t outputs,
                     NodeCounts& counts);

}  // namespace axescope
