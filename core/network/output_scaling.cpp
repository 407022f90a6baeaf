// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/output_scaling.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

#include "core/linalg/transpose.h"

namespace axescope {

namespace {

std::vector<FloatChannel> floatChannels(const QuantizedLayer& layer, const ActivationQuantizer& input,
                                        const std::vector<std::int64_t>& codeSums) {
  std::vector<FloatChannel> channels;
  for (std::size_t c = 0; c < layer.scales.size(); ++c) {
    const double bias = layer.bias.empty() ? 0.0 : static_cast<double>(layer.bias[c]);
    channels.push_back({input.scale * layer.scales[c], input.zeroPoint * codeSums[c], bias});
  }
  return channels;
}

std::vector<std::int64_t> sumsOfCodes(const QuantizedLayer& layer) {
  const ChannelUnitCodes units(layer.codes, layer.multipliers);
  std::vector<std::int64_t> sums;
  for (const auto& channel : units.codes().rowwise()) sums.push_back(channel.cast<std::int64_t>().sum());
  return sums;
}

}  // namespace

OutputScaling::OutputScaling(const QuantizedLayer& layer, const ActivationQuantizer& input)
    : ChannelScaling(floatChannels(layer, input, sumsOfCodes(layer))),
      weightScales_(layer.scales),
      codeSums_(sumsOfCodes(layer)) {}

CodeScaling ofLargerInputs(const CodeScaling& scaling, std::int64_t difference,
                           std::span<const std::int64_t> codeSums) {
  std::vector<Requantizer> channels = scaling.channels();
  for (std::size_t c = 0; c < channels.size(); ++c) channels[c] = channels[c].ofSmaller(-difference * codeSums[c]);
  return CodeScaling(std::move(channels));
}

template <class Channel>
template <class Sum>
void ChannelScaling<Channel>::toRows(const Sum* sums, std::int64_t rows, Value* output) const {
  for (std::int64_t row = 0; row < rows; ++row) {
    for (const Channel& channel : channels_) *output++ = channel(*sums++);
  }
}

template <class Sum>
void OutputScaling::toRows(const Sum* sums, std::span<const ActivationQuantizer> rows, float* output) const {
  for (const ActivationQuantizer& row : rows) {
    for (std::size_t c = 0; c < channels().size(); ++c) {
      const FloatChannel channel{row.scale * weightScales_[c], row.zeroPoint * codeSums_[c], channels()[c].bias};
      *output++ = channel(*sums++);
    }
  }
}

template <class Channel>
template <class Sum>
void ChannelScaling<Channel>::toPlanes(const Sum* sums, std::int64_t rows, std::int64_t first, std::int64_t channels,
                                       Value* planes, std::int64_t planeStride) const {
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
          Value* const to = planes + (c0 + c) * planeStride + row;
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

template class ChannelScaling<FloatChannel>;
template class ChannelScaling<Requantizer>;
template void ChannelScaling<FloatChannel>::toRows(const std::int32_t*, std::int64_t, float*) const;
template void ChannelScaling<FloatChannel>::toRows(const std::int64_t*, std::int64_t, float*) const;
template void ChannelScaling<Requantizer>::toRows(const std::int32_t*, std::int64_t, std::int16_t*) const;
template void ChannelScaling<Requantizer>::toRows(const std::int64_t*, std::int64_t, std::int16_t*) const;
template void ChannelScaling<FloatChannel>::toPlanes(const std::int32_t*, std::int64_t, std::int64_t, std::int64_t,
                                                     float*, std::int64_t) const;
template void ChannelScaling<FloatChannel>::toPlanes(const std::int64_t*, std::int64_t, std::int64_t, std::int64_t,
                                                     float*, std::int64_t) const;
template void ChannelScaling<Requantizer>::toPlanes(const std::int32_t*, std::int64_t, std::int64_t, std::int64_t,
                                                    std::int16_t*, std::int64_t) const;
template void ChannelScaling<Requantizer>::toPlanes(const std::int64_t*, std::int64_t, std::int64_t, std::int64_t,
                                                    std::int16_t*, std::int64_t) const;
template void OutputScaling::toRows(const std::int32_t*, std::span<const ActivationQuantizer>, float*) const;
template void OutputScaling::toRows(const std::int64_t*, std::span<const ActivationQuantizer>, float*) const;

}  // namespace axescope
