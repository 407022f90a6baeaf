// SPDX-License-Identifier: GPL-3.0-or-later
// What calibration samples show of a value between nodes.
#pragma once

#include "core/linalg/matrix.h"
#include "core/number/activation_quantizer.h"

namespace axescope {

struct ValueRange {
  float low = 0.0F;
  float high = 0.0F;
  bool isBytes = true;  // whole numbers 0…255 alone, as pixels are

  static ValueRange of(const Tensor& values);
};

/// Codes of `bits` bits, signed, with a zero point, from the least to the greatest value seen and 0.
ActivationQuantizer elementCodes(const ValueRange& range, int bits);

/// Bytes as they are.
ActivationQuantizer byteCodes();

}  // namespace axescope
