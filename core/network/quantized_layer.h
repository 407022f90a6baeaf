// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/budget/tile_multipliers.h"
#include "core/linalg/matrix.h"
#include "core/number/activation_quantizer.h"

namespace axescope {

/// A layer as it was quantized, groups stacked in channel order.
struct QuantizedLayer {
  ActivationQuantizer input;
  bool dynamicInput = false;  // of a linear layer: each row has its own scale and zero point, `input` the codes' range
  int weightBits = 8;
  CodeMatrix codes;                  // C×K
  TileMultipliers multipliers{};     // of the scales of its tiles
  std::vector<double> scales;        // C
  std::vector<float> bias;           // C or none, added outside the accumulator
  std::vector<double> errorEnergy;   // C, ‖wX − q̂X̃‖² over the calibration inputs
  std::vector<double> outputEnergy;  // C, ‖wX‖²
};

}  // namespace axescope
