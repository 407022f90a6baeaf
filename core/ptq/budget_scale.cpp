// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/budget_scale.h"

#include "core/ptq/layer_error.h"

namespace axescope {

ScaledCodes searchScales(const MatrixF& weight, std::span<const double> scales, const InputStatistics* statistics,
                         const std::function<CodeMatrix(const MatrixF&, std::span<const double>)>& quantize) {
  const Eigen::Index channels = weight.rows();
  const auto tries = static_cast<Eigen::Index>(scaleMultiples.size());
  const MatrixF stacked = weight.replicate(tries, 1);
  std::vector<double> stackedScales;
  for (const double multiple : scaleMultiples) {
    for (const double scale : scales) stackedScales.push_back(multiple * scale);
  }
  const CodeMatrix codes = quantize(stacked, stackedScales);
  const std::vector<double> energy = statistics != nullptr ? errorEnergy(stacked, codes, stackedScales, *statistics)
                                                           : weightErrorEnergy(stacked, codes, stackedScales);
  ScaledCodes best{CodeMatrix(channels, weight.cols()), std::vector<double>(static_cast<std::size_t>(channels))};
  for (Eigen::Index channel = 0; channel < channels; ++channel) {
    Eigen::Index chosen = channel;
    for (Eigen::Index row = channel; row < stacked.rows(); row += channels) {
      if (energy[static_cast<std::size_t>(row)] < energy[static_cast<std::size_t>(chosen)]) chosen = row;
    }
    best.codes.row(channel) = codes.row(chosen);
    best.scales[static_cast<std::size_t>(channel)] = stackedScales[static_cast<std::size_t>(chosen)];
  }
  return best;
}

}  // namespace axescope
