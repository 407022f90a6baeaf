// SPDX-License-Identifier: GPL-3.0-or-later
// Scales of weights, one per output channel, frozen before any code is chosen.
#pragma once

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "core/linalg/matrix.h"
#include "core/number/weight_levels.h"

namespace axescope {

enum class WeightScaleRule { absmax, mse };

/// Scale s_c of each row of W[C×K], float64. absmax: the largest magnitude meets the last level (max|w| / (2^(M−1) − 1)
/// for uniform narrow ones, max|w| / 2^(M−1) full). mse: of the thresholds absmax·i/20, i = 2…20, the one with the
/// least squared rounding error, the largest of equals; i = 2…30 for levels whose last steps are wide, where a largest
/// weight below the last level may serve the others better. A row of zeros gets scale 1. One-bit weights (M = 1) need
/// the full range and are refused by the settings.
std::vector<double> weightScales(const MatrixF& weight, const WeightLevels& levels, WeightScaleRule rule);

/// max|w|, 0 of none.
double largestMagnitude(std::span<const float> weights);

/// The search of the mse rule for one row[K] in parts of partSize columns, each rounded in units of its multiplier
/// times the scale: of start·i/20, the one with the least squared rounding error, the largest of equals.
double leastErrorScale(std::span<const float> row, double start, const WeightLevels& levels, std::int64_t partSize,
                       std::span<const std::int16_t> multipliers);

/// Nearest integer, ties to even: the one rounding of the project.
inline double roundHalfEven(double value) {
  return std::nearbyint(value);
}

}  // namespace axescope
