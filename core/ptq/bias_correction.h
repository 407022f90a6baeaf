// SPDX-License-Identifier: GPL-3.0-or-later
// What quantization does to the mean of a layer's outputs, from the statistics alone.
#pragma once

#include <span>
#include <vector>

#include "core/linalg/matrix.h"
#include "core/ptq/statistics.h"

namespace axescope {

/// E[w X − q̂ X̃] of each channel over the samples, core/README.md (20): what its bias has to gain so that the mean error
/// vanishes (Nagel et al., arXiv 1906.04721, section 4.2). Weight and codes, those in units of
/// the channel's scale, [C×K], scales C; zero without samples.
std::vector<double> meanOutputError(const InputStatistics& statistics, const MatrixF& weight, const CodeMatrix& codes,
                                    std::span<const double> scales);

}  // namespace axescope
