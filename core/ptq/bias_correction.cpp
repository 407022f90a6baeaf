// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/bias_correction.h"

namespace axescope {

std::vector<double> meanOutputError(const InputStatistics& statistics, const MatrixF& weight, const CodeMatrix& codes,
                                    std::span<const double> scales) {
  std::vector<double> error(static_cast<std::size_t>(weight.rows()), 0.0);
  if (statistics.samples == 0) return error;
  for (Eigen::Index channel = 0; channel < weight.rows(); ++channel) {
    const auto at = static_cast<std::size_t>(channel);
    const VectorD w = weight.row(channel).cast<double>();
    const VectorD d = w - scales[at] * codes.row(channel).cast<double>().transpose();
    error[at] = (d.dot(statistics.sums) + w.dot(statistics.noiseSums)) / static_cast<double>(statistics.samples);
  }
  return error;
}

}  // namespace axescope
