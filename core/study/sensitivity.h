// SPDX-License-Identifier: GPL-3.0-or-later
// How much each layer alone costs the network under each of some settings: what mixed precision is chosen by.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/base/job.h"
#include "core/study/model.h"
#include "core/study/settings.h"

namespace axescope {

/// By candidate and layer the noise that the layer causes, all other layers in float: ‖outputs − float outputs‖² over
/// ‖float outputs‖² of the network, or without a graph the layer's own relative output error, squared. Empty for a
/// layer that is not quantized, and for all layers of a candidate that cannot be run.
using Sensitivities = std::vector<std::vector<std::optional<double>>>;

/// Candidates are valid, without error propagation. The network runs on the first `samples` calibration samples (0:
/// all), never on evaluation samples. Errors: those of planMemory() and Preparation::make(); of a candidate that
/// fails, when all do.
Result<Sensitivities> measureSensitivities(const Model& model, std::span<const PointSettings> candidates,
                                           std::int64_t samples, const Job& job);

}  // namespace axescope
