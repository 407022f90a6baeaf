// SPDX-License-Identifier: GPL-3.0-or-later
// A quantized layer of random codes, as the pages of integers show it.
#pragma once

#include <memory>
#include <random>

#include "ui/state/inspection.h"

namespace axescope::ui {

/// W4A8 codes in two tiles, P_I = 16.
inline QuantizedFileLayer randomLayer(std::int64_t channels, std::int64_t k, unsigned seed) {
  std::mt19937 random(seed);
  QuantizedFileLayer layer;
  layer.info.name = "layer";
  layer.info.channels = channels;
  layer.info.inputs = k;
  layer.weightBits = 4;
  layer.codes.resize(channels, k);
  for (std::int64_t i = 0; i < layer.codes.size(); ++i) {
    layer.codes.data()[i] = static_cast<std::int16_t>(static_cast<int>(random() % 15) - 7);
  }
  layer.weightScale.assign(static_cast<std::size_t>(channels), 0.1);
  layer.input.bits = 8;
  layer.innerBits = 16;
  layer.outerBits = 20;
  layer.tileSize = k / 2;
  return layer;
}

inline std::shared_ptr<const Inspection> inspectionOf(QuantizedFileLayer layer) {
  QuantizedPoint point;
  point.file.layers.push_back(std::move(layer));
  return std::make_shared<const Inspection>(std::move(point), QStringLiteral("test"));
}

}  // namespace axescope::ui
