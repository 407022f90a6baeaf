// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <span>
#include <vector>

#include "core/base/job.h"
#include "core/network/quantized_model.h"
#include "core/study/preparation.h"

namespace axescope {

/// Quantizes every selected layer under each of the settings, which share the preparation; each gets the codes it would
/// get alone. Layers whose inputs are the same under several settings are quantized together. With error propagation
/// the calibration samples go through the network layer by layer, quantized layers in exact arithmetic, so that the
/// codes do not depend on the accumulators that will run them. A layer that the graph uses several times is quantized
/// at its first use: with its inputs there as the layers before it leave them, and with the float network's inputs at
/// the later uses, which do not exist in the quantized network yet. Errors, by setting: invalidArgument (a method that
/// needs calibration inputs where there are none), numerical, cancelled.
std::vector<Result<QuantizedModel>> quantizeModels(const Model& model, const Preparation& preparation,
                                                   std::span<const PointSettings> settings, const Job& job);

}  // namespace axescope
