// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/network/quantized_layer.h"
#include "core/number/requantizer.h"

namespace axescope {

/// How factors become multipliers.
struct MultiplierRule {
  ScaleQuantization scales = ScaleQuantization::off;
  int scaleBits = 8;

  /// Of a factor that is no layer's scale: those of fixed-point and shared scales, else all there are.
  int bits() const;
};

/// What takes the accumulators of each channel to codes of `to`, core/README.md (31): the factor s_x s_c/s_y; the bias,
/// a whole number of s_x s_c, and the zero point's part −zΣq before it. Shared scales u_c·S have the integers u_c times
/// one multiplier of s_x S/s_y. A channel whose bias is 2^40 steps of its accumulator or more is that bias.
std::vector<Requantizer> layerRequantizers(const QuantizedLayer& layer, const ActivationQuantizer& to,
                                           const MultiplierRule& rule);

}  // namespace axescope
