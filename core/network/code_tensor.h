// SPDX-License-Identifier: GPL-3.0-or-later
// Values of a network in integers.
#pragma once

#include <cstdint>
#include <vector>

#include "core/network/shape.h"

namespace axescope {

/// Codes of an ActivationQuantizer that is told elsewhere, samples on axis 0, as those of a Tensor.
struct CodeTensor {
  Shape shape;
  std::vector<std::int16_t> codes;

  std::int64_t samples() const { return shape.front(); }
  std::int64_t sampleSize() const { return elements(shape) / shape.front(); }
};

}  // namespace axescope
