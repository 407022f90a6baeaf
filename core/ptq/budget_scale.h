// SPDX-License-Identifier: GPL-3.0-or-later
// Budget-aware scales: under a tight accumulator the scale that fits the weights' range is the wrong one. Each
// channel tries multiples of its scale, all stacked as extra rows of one recurrence, and keeps the best.
#pragma once

#include <array>
#include <functional>
#include <span>
#include <vector>

#include "core/linalg/matrix.h"
#include "core/ptq/layer_error.h"

namespace axescope {

inline constexpr std::array<double, 10> scaleMultiples{0.8, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0};

struct ScaledCodes {
  CodeMatrix codes;            // C×K
  std::vector<double> scales;  // C
};

/// `quantize` turns stacked rows of start[C×K] and their scales into codes, which are judged against weight[C×K], the
/// same or what `start` was made of; a block of channels at a time, so that the
/// multiples of a wide layer need little memory. The error is ‖wX − q̂X̃‖², or ‖w − q̂‖² without `statistics`; ties keep
/// the smaller multiple.
ScaledCodes searchScales(const MatrixF& weight, const MatrixF& start, std::span<const double> scales,
                         const InputStatistics* statistics,
                         const std::function<CodeMatrix(const MatrixF&, std::span<const double>)>& quantize);

}  // namespace axescope
