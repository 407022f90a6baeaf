// SPDX-License-Identifier: GPL-3.0-or-later
// One point of a study with its integers: what `quantize` writes and what the window inspects.
#pragma once

#include <optional>
#include <vector>

#include "core/dump/quantized_file.h"
#include "core/integer/integer_plan.h"
#include "core/study/model.h"
#include "core/study/settings.h"

namespace axescope {

struct QuantizedPoint {
  QuantizedFile file;
  /// With integer arithmetic: what is left in float.
  std::optional<std::vector<FloatOperation>> floatOperations;
  std::vector<double> layerErrors;  // by layer of the file: ‖WX − QX̃‖/‖WX‖, or ‖W − Q‖/‖W‖ without inputs
};

/// Quantizes with one setting, propagation resolved. Up to `inputSamples` input samples of each layer are kept as
/// codes: its own, or what the network feeds it. Errors: those of
/// planMemory(), Preparation::make() and quantizeModels().
Result<QuantizedPoint> quantizePoint(const Model& model, const PointSettings& settings, const std::string& provenance,
                                     std::int64_t inputSamples, const Job& job);

}  // namespace axescope
