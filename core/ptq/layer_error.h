// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/linalg/matrix.h"
#include "core/ptq/statistics.h"

namespace axescope {

/// ‖w X − q̂ X̃‖² of each row, from the statistics alone. With d = w − q̂ it is d S dᵀ + 2 d·(w(G − S)) + ‖w(X − X̃)‖²,
/// a sum of small terms. weight and codes are [rows×K] with rows a multiple of the statistics' C channels: row r is
/// channel r mod C, so that several settings can be judged in one product.
std::vector<double> errorEnergy(const MatrixF& weight, const CodeMatrix& codes, std::span<const double> scales,
                                const InputStatistics& statistics);

/// ‖w − q̂‖² of each row: the error where nothing is known of the inputs.
std::vector<double> weightErrorEnergy(const MatrixF& weight, const CodeMatrix& codes, std::span<const double> scales);

}  // namespace axescope
