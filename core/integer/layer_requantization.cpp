// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/layer_requantization.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/number/weight_quantizer.h"

namespace axescope {

namespace {

constexpr double mostBias = 0x1p40;
// Below 2^60, what a multiplier times a number stays below.
constexpr std::int64_t mostProduct = std::int64_t{1} << 59;

// A channel's accumulators before they are scaled: |sum + offset| ≤ largest.
struct Channel {
  double scale = 1.0;  // s_x s_c
  double bias = 0.0;
  std::int64_t offset = 0;
  std::int64_t largest = 0;
  bool isConstant = false;  // the bias alone
};

std::vector<Channel> channelsOf(const QuantizedLayer& layer) {
  const ChannelUnitCodes units(layer.codes, layer.multipliers);
  const IntegerRange range = layer.input.range();
  const std::int64_t largestCode = std::max(std::abs(range.low), std::abs(range.high));
  std::vector<Channel> channels(layer.scales.size());
  for (std::size_t c = 0; c < channels.size(); ++c) {
    Channel& channel = channels[c];
    const auto codes = units.codes().row(static_cast<Eigen::Index>(c)).cast<std::int64_t>();
    channel.scale = layer.input.scale * layer.scales[c];
    channel.bias = layer.bias.empty() ? 0.0 : static_cast<double>(layer.bias[c]);
    const double bias = channel.bias / channel.scale;
    channel.isConstant = std::abs(bias) > mostBias;
    if (channel.isConstant) continue;
    channel.offset = static_cast<std::int64_t>(roundHalfEven(bias)) - layer.input.zeroPoint * codes.sum();
    channel.largest = codes.cwiseAbs().sum() * largestCode + std::abs(channel.offset);
  }
  return channels;
}

Requantizer constant(double value, const ActivationQuantizer& to) {
  Requantizer requantizer = Requantizer::make({}, 0, to);
  requantizer.zero = to.quantize(static_cast<float>(value));
  return requantizer;
}

}  // namespace

int MultiplierRule::bits() const {
  const bool few = scales == ScaleQuantization::fixedPoint || scales == ScaleQuantization::shared;
  return few ? scaleBits : mostScaleBits;
}

std::vector<Requantizer> layerRequantizers(const QuantizedLayer& layer, const ActivationQuantizer& to,
                                           const MultiplierRule& rule) {
  const std::vector<Channel> channels = channelsOf(layer);
  std::optional<Multiplier> shared;
  if (rule.scales == ScaleQuantization::shared) {
    std::int64_t largest = 1;
    for (const Channel& channel : channels) largest = std::max(largest, channel.largest);
    // Where a scale and a sum leave the multiplier too few of 64 bits, each channel has one of its own.
    constexpr int leastMultiplierBits = 16;
    if (largest <= mostProduct >> (rule.scaleBits + leastMultiplierBits)) {
      shared =
          Multiplier::nearest(layer.input.scale * layer.scaleUnit / to.scale, mostScaleBits, largest << rule.scaleBits);
    }
  }
  std::vector<Requantizer> requantizers;
  for (std::size_t c = 0; c < channels.size(); ++c) {
    const Channel& channel = channels[c];
    if (channel.isConstant) {
      requantizers.push_back(constant(channel.bias, to));
      continue;
    }
    const Multiplier factor =
        shared ? shared->times(static_cast<std::int64_t>(roundHalfEven(layer.scales[c] / layer.scaleUnit)))
               : Multiplier::nearest(channel.scale / to.scale, rule.bits(), channel.largest);
    requantizers.push_back(Requantizer::make(factor, channel.offset, to));
  }
  return requantizers;
}

}  // namespace axescope
