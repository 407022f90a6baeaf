// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/dump/random_layer.h"

#include <random>

namespace axescope::testing {

QuantizedFileLayer randomLayer(const std::string& name, LayerInfo info, int weightBits, unsigned seed) {
  QuantizedFileLayer layer;
  info.name = name;
  layer.info = info;
  layer.weightBits = weightBits;
  std::mt19937 random(seed);
  const IntegerRange range = twosComplement(weightBits);
  layer.codes.resize(info.channels, info.k());
  for (std::int16_t& code : layer.codes.reshaped())
    code = static_cast<std::int16_t>(range.low + static_cast<std::int64_t>(random() % (range.high - range.low + 1)));
  for (std::int64_t c = 0; c < info.channels; ++c) layer.weightScale.push_back(0.01 * static_cast<double>(c + 1));
  layer.input = {0.05, 7, 8, ActivationEncoding::asymmetric};
  layer.innerBits = 16;
  layer.outerBits = 20;
  return layer;
}

LayerInfo linearInfo(std::int64_t channels, std::int64_t inputs) {
  LayerInfo info;
  info.channels = channels;
  info.inputs = inputs;
  return info;
}

}  // namespace axescope::testing
