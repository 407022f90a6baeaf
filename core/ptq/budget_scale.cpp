// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/budget_scale.h"

#include <algorithm>

namespace axescope {

namespace {

// Channels searched at once: with ten multiples enough rows for many threads, and little memory beside the layer's.
constexpr std::int64_t blockChannels = 128;

}  // namespace

ScaledCodes searchScales(const MatrixF& weight, const MatrixF& start, std::span<const double> scales,
                         const InputStatistics* statistics,
                         const std::function<CodeMatrix(const MatrixF&, std::span<const double>)>& quantize) {
  const auto tries = static_cast<Eigen::Index>(scaleMultiples.size());
  ScaledCodes best{CodeMatrix(weight.rows(), weight.cols()), std::vector<double>(scales.size())};
  for (std::int64_t first = 0; first < weight.rows(); first += blockChannels) {
    const std::int64_t channels = std::min(blockChannels, weight.rows() - first);
    const MatrixF stacked = weight.middleRows(first, channels).replicate(tries, 1);
    std::vector<double> stackedScales;
    for (const double multiple : scaleMultiples) {
      for (std::int64_t channel = 0; channel < channels; ++channel) {
        stackedScales.push_back(multiple * scales[static_cast<std::size_t>(first + channel)]);
      }
    }
    const CodeMatrix codes = quantize(start.middleRows(first, channels).replicate(tries, 1), stackedScales);
    const std::vector<double> energy =
        statistics != nullptr ? outputErrorEnergy(*statistics, stacked, codes, stackedScales, first, channels)
                              : weightErrorEnergy(stacked, codes, stackedScales);
    for (Eigen::Index channel = 0; channel < channels; ++channel) {
      Eigen::Index chosen = channel;
      for (Eigen::Index row = channel; row < stacked.rows(); row += channels) {
        if (energy[static_cast<std::size_t>(row)] < energy[static_cast<std::size_t>(chosen)]) chosen = row;
      }
      best.codes.row(first + channel) = codes.row(chosen);
      best.scales[static_cast<std::size_t>(first + channel)] = stackedScales[static_cast<std::size_t>(chosen)];
    }
  }
  return best;
}

}  // namespace axescope
