// SPDX-License-Identifier: GPL-3.0-or-later
// What a node that is no layer takes.
#pragma once

#include <string_view>

#include "core/cost/layer_counts.h"
#include "core/cost/operation_count.h"
#include "core/network/work.h"

namespace axescope {

/// What the work of this operation of a graph is done for.
OperationRole roleOf(std::string_view op);

/// Whether integers can do it: everything but roots, exponentials and divisions by computed values, which softmax,
/// layer_norm, rms_norm and attention need. An activation function is a look-up.
bool runsInIntegers(std::string_view op);

struct NodeSize {
  std::int64_t inputs = 0;   // elements of all inputs
  std::int64_t outputs = 0;  // elements
};

/// In float32, or where the arithmetic is integer and the operation can be, in integers of elementBits: factors of
/// batch norms and of image normalization are of norm's width and followed by a rounding shift, others of scale's; two
/// values that are added or multiplied are brought to one scale first. Bytes: inputs read once, outputs written once;
/// operations that only move numbers count nothing else.
NodeCounts countNode(std::string_view op, const Work& work, const NodeSize& size,
                     const ElementwiseArithmetic& elementwise);

}  // namespace axescope
