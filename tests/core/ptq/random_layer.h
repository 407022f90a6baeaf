// SPDX-License-Identifier: GPL-3.0-or-later
// Random layers whose inputs are correlated, as real ones are.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "core/linalg/matrix.h"
#include "core/number/activation_quantizer.h"
#include "core/ptq/statistics.h"

namespace axescope::testing {

struct RandomLayer {
  MatrixF weight;     // C×K
  MatrixF inputs;     // D×K
  CodeMatrix codes;   // D×K
  MatrixD quantized;  // D×K, s (code − z) in float64
  ActivationQuantizer quantizer;

  InputStatistics statistics() const;
  /// ‖w X − scale·codes X̃‖² of one channel, from the samples in float64.
  double outputError(Eigen::Index channel, const CodeMatrix& channelCodes, double scale) const;
};

struct RandomLayerShape {
  std::int64_t channels = 8;
  std::int64_t k = 64;
  std::int64_t samples = 200;
  int activationBits = 8;
  ActivationEncoding encoding = ActivationEncoding::asymmetric;
  bool tiedEnergies = false;  // pairs of inputs with exactly equal energy
  bool deadInputs = false;    // every seventh input is always zero
};

RandomLayer randomLayer(const RandomLayerShape& shape, std::mt19937& random);

}  // namespace axescope::testing
