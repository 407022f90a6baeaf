// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/output_scaling.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <type_traits>

#include "core/linalg/transpose.h"

namespace axescope {

OutputScaling::OutputScaling(const QuantizedLayer& layer, const ActivationQuantizer& input) {
  const ChannelUnitCodes units(layer.codes, layer.multipliers);
  for (std::size_t channel = 0; channel < layer.scales.size(); ++channel) {
    const std::int64_t codes = units.codes().row(static_cast<Eigen::Index>(channel)).cast<std::int64_t>().sum();
    const double bias = layer.bias.empty() ? 0.0 : static_cast<double>(layer.bias[channel]);
    weightScales_.push_back(layer.scales[channel]);
    codeSums_.push_back(codes);
    channels_.push_back({input.scale * layer.scales[channel], input.zeroPoint * codes, bias});
  }
}

template <class Sum>
float OutputScaling::Channel::operator()(Sum sum) const {
  return static_cast<float>(scale * static_cast<double>(sum - zeroPointSum) + bias);
}

template <class Sum>
void OutputScaling::toRows(const Sum* sums, std::int64_t rows, float* output) const {
  for (std::int64_t row = 0; row < rows; ++row) {
    for (const Channel& channel : channels_) *output++ = channel(*sums++);
  }
}

template <class Sum>
void OutputScaling::toRows(const Sum* sums, std::span<const ActivationQuantizer> rows, float* output) const {
  for (const ActivationQuantizer& row : rows) {
    for (std::size_t c = 0; c < channels_.size(); ++c) {
      const Channel channel{row.scale * weightScales_[c], row.zeroPoint * codeSums_[c], channels_[c].bias};
      *output++ = channel(*sums++);
    }
  }
}

template <class Sum>
void OutputScaling::toPlanes(const Sum* sums, std::int64_t rows, std::int64_t first, std::int64_t channels,
                             float* planes, std::int64_t planeStride) const {
  const Channel* const scaling = channels_.data() + first;
  if constexpr (std::is_same_v<Sum, std::int32_t>) {
    constexpr std::int64_t side = 64;  // a tile of both kinds stays in the first-level cache
    std::array<Sum, side * side> tile;
    for (std::int64_t row = 0; row < rows; row += side) {
      const std::int64_t count = std::min(side, rows - row);
      for (std::int64_t c0 = 0; c0 < channels; c0 += side) {
        const std::int64_t width = std::min(side, channels - c0);
        transpose(sums + row * channels + c0, count, width, channels, tile.data(), side);
        for (std::int64_t c = 0; c < width; ++c) {
          const Channel channel = scaling[c0 + c];
          const Sum* const from = tile.data() + c * side;
          float* const to = planes + (c0 + c) * planeStride + row;
          std::transform(from, from + count, to, channel);
        }
      }
    }
  } else {
    for (std::int64_t c = 0; c < channels; ++c) {
      for (std::int64_t row = 0; row < rows; ++row) {
        planes[c * planeStride + row] = scaling[c](sums[row * channels + c]);
      }
    }
  }
}

template void OutputScaling::toRows(const std::int32_t*, std::int64_t, float*) const;
template void OutputScaling::toRows(const std::int64_t*, std::int64_t, float*) const;
template void OutputScaling::toRows(const std::int32_t*, std::span<const ActivationQuantizer>, float*) const;
template void OutputScaling::toRows(const std::int64_t*, std::span<const ActivationQuantizer>, float*) const;
template void OutputScaling::toPlanes(const std::int32_t*, std::int64_t, std::int64_t, std::int64_t, float*,
                                      std::int64_t) const;
template void OutputScaling::toPlanes(const std::int64_t*, std::int64_t, std::int64_t, std::int64_t, float*,
                                      std::int64_t) const;

}  // namespace axescope
