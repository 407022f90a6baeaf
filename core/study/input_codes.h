// SPDX-License-Identifier: GPL-3.0-or-later
// What the layers of a network see, as codes: so that `emulate` has something to multiply.
#pragma once

#include <cstdint>
#include <span>

#include "core/base/job.h"
#include "core/dump/quantized_file.h"
#include "core/network/quantized_layer.h"
#include "core/study/preparation.h"

namespace axescope {

/// The layer's codes of these values to its inputCodes, which have their size already.
void quantizeInputs(std::span<const float> values, QuantizedFileLayer& layer);

/// Fills in inputCodes of the layers that the graph uses and that have no inputs of their own: from the first
/// `samples` calibration samples, through the float network or, where the settings propagate errors, through the
/// network with the earlier layers quantized. Inputs of a linear layer with more axes count as rows [·, I], of which
/// the first `samples` are kept. Nothing without a graph and calibration inputs.
Status addNetworkInputCodes(const Model& model, const Preparation& preparation, const QuantizedModel& quantized,
                            std::int64_t samples, const Job& job, QuantizedFile& file);

}  // namespace axescope
