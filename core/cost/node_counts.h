// SPDX-License-Identifier: GPL-3.0-or-later
// What a node that is no layer takes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "core/cost/layer_counts.h"
#include "core/cost/operation_count.h"
#include "core/network/work.h"

namespace axescope {

/// What the work of this operation of a graph is done for.
OperationRole roleOf(std::string_view op);

struct NodeSize {
  std::vector<std::int64_t> inputs;  // elements of each
  std::int64_t outputs = 0;          // elements
};

/// In float32, or in an integer network (`codes`, else null) as that runs it: a batch norm or an image's normalization
/// is one requantization of norm's factors; two values are added after a multiplication each, at one shift; a product,
/// an average is requantized; an activation function is a look-up; relu, pools of maxima and what only moves numbers
/// work on codes as they are. Bytes: inputs read once, outputs written once; none for operations that only move
/// numbers.
NodeCounts countNode(std::string_view op, const Work& work, const NodeSize& size,
                     const ElementwiseArithmetic& elementwise = {}, const CodesAround* codes = nullptr);

}  // namespace axescope
