// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/linalg/matrix.h"
#include "core/ptq/statistics.h"

namespace axescope {

/// ‖w X − q̂ X̃‖² of each row from the statistics alone. With d = w − q̂ it is d S dᵀ + 2 d·(w(G − S)) + ‖w(X − X̃)‖², a
/// sum of small terms. S is taken apart into what the inputs' means make of it, which float64 judges, and the spread
/// around them, for which float32 products suffice: inputs far from zero lose no digits. Weight and codes, those in
/// units of the channel's scale, are [rows×K]. Uses the threads of the arena.
std::vector<double> outputErrorEnergy(const InputStatistics& statistics, const MatrixF& weight, const CodeMatrix& codes,
                                      std::span<const double> scales, ChannelRows of);

/// rows[n×K]·S on the calling thread, taken apart in the same way.
MatrixD timesSquares(const InputStatistics& statistics, const MatrixD& rows);

/// ‖w − q̂‖² of each row: the error where nothing is known of the inputs.
std::vector<double> weightErrorEnergy(const MatrixF& weight, const CodeMatrix& codes, std::span<const double> scales);

}  // namespace axescope
