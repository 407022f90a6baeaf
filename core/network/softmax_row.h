// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/network/work.h"

namespace axescope {

/// y_k = exp(x_k) / Σ exp(x), over `count` ≥ 1 values that are `step` apart; y may be x. Shifted by the largest value,
/// so that no exponential overflows; summed in float64.
inline void softmaxRow(const float* x, float* y, std::int64_t count, std::int64_t step = 1) {
  float largest = x[0];
  for (std::int64_t k = 1; k < count; ++k) largest = std::max(largest, x[k * step]);
  double sum = 0.0;
  for (std::int64_t k = 0; k < count; ++k) {
    y[k * step] = std::exp(x[k * step] - largest);
    sum += static_cast<double>(y[k * step]);
  }
  const auto factor = static_cast<float>(1.0 / sum);
  for (std::int64_t k = 0; k < count; ++k) y[k * step] *= factor;
}

/// The arithmetic of softmaxRow() over `rows` rows of `elements` values together.
inline Work softmaxWork(std::int64_t elements, std::int64_t rows) {
  return {.multiplies = elements,
          .adds = 2 * elements - rows,
          .compares = elements - rows,
          .divides = rows,
          .functions = elements};
}

}  // namespace axescope
