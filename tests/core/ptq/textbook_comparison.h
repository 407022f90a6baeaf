// SPDX-License-Identifier: GPL-3.0-or-later
// The recurrence and the papers' own steps on the same layer under the same setting.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/number/weight_levels.h"
#include "core/ptq/recurrence.h"
#include "random_layer.h"
#include "reference_quantizers.h"

namespace axescope::testing {

struct RecurrenceSetting {
  Algorithm algorithm;
  RandomLayerShape shape;
  int weightBits = 4;
  bool constrained = false;
  AxeOptions axe;
  bool actOrder = false;
  ErrorReference errorReference = ErrorReference::original;
  TileMultipliers multipliers{};
  WeightQuantizer quantizer = WeightQuantizer::uniform;

  WeightLevels levels() const { return {{weightBits, quantizer}, WeightRange::narrow}; }
  /// Multipliers from 1 to 5 for every channel and tile, and scales that leave room for them.
  void drawMultipliers(std::vector<double>& scales, std::mt19937& random);
  std::vector<std::int64_t> visitingOrder(const RandomLayer& layer) const;
  std::string describe() const;
};

CodeMatrix recurrenceCodes(const RecurrenceSetting& setting, const RandomLayer& layer,
                           const std::vector<double>& scales);
ReferenceAnswer textbookCodes(const RecurrenceSetting& setting, const RandomLayer& layer,
                              const std::vector<double>& scales);

/// Compares all codes; a channel may part from the reference only where the reference itself stood at a rounding tie.
struct CodeTally {
  std::int64_t codes = 0;
  std::int64_t different = 0;

  void compare(const RecurrenceSetting& setting, const RandomLayer& layer, const std::vector<double>& scales);
};

}  // namespace axescope::testing
