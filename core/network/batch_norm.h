// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/network/operation.h"

namespace axescope {

/// y = scale_c x + shift_c: what a batch norm with fixed statistics does to each channel.
struct BatchNormScaling {
  std::vector<float> scale;
  std::vector<float> shift;
};

/// scale = weight/√(var + eps), shift = bias − scale·mean of a batch_norm node. Errors: notFound, wrongType, wrongShape
/// (params of different sizes), notFinite (var + eps not above zero), without file and node.
Result<BatchNormScaling> readBatchNorm(const OperationContext& context);

}  // namespace axescope
