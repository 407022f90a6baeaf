// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/budget/tile_multipliers.h"
#include "core/linalg/matrix.h"
#include "core/number/activation_quantizer.h"
#include "core/number/weight_levels.h"

namespace axescope {

/// A layer as it was quantized, groups stacked in channel order.
struct QuantizedLayer {
  ActivationQuantizer input;
  bool dynamicInput = false;  // of a linear layer: each row has its own scale and zero point, `input` the codes' range
  int weightBits = 8;         // the widest over channels
  WeightQuantizer weightQuantizer = WeightQuantizer::uniform;
  std::vector<int> channelWeightBits{};  // C, or none where all have weightBits
  std::vector<int> channelInnerBits{};   // C, what each channel's tiles provably keep, or none for the datapath's width
  CodeMatrix codes;                      // C×K
  TileMultipliers multipliers{};         // of the scales of its tiles
  std::vector<double> scales;            // C
  double scaleUnit = 0.0;            // what scales are whole multiples of, where they share a second-level one; else 0
  std::vector<float> bias;           // C or none, added outside the accumulator
  std::vector<double> errorEnergy;   // C, ‖wX − q̂X̃‖² over the calibration inputs
  std::vector<double> outputEnergy;  // C, ‖wX‖²
};

}  // namespace axescope
