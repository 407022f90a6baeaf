// SPDX-License-Identifier: GPL-3.0-or-later
// What layers see, as codes: so that `emulate` has something to multiply.
#pragma once

#include <cstdint>
#include <vector>

#include "core/base/job.h"
#include "core/network/quantized_model.h"
#include "core/study/preparation.h"

namespace axescope {

/// Of some samples of a layer; empty where there are none.
struct InputCodes {
  Shape shape;
  std::vector<std::int16_t> codes;
};

/// By layer: of a quantized layer with inputs of its own, the codes of their first `samples`. Of one without that the
/// graph uses, the codes of what reaches it of the first `samples` calibration samples, through the float network or,
/// where the settings propagate errors, through the network with the earlier layers quantized. Inputs of a linear layer
/// with more axes count as rows [·, I], of which the first `samples` are kept. Errors: those of reading, cancelled.
Result<std::vector<InputCodes>> inputCodes(const Model& model, const Preparation& preparation,
                                           const QuantizedModel& quantized, std::int64_t samples, const Job& job);

}  // namespace axescope
