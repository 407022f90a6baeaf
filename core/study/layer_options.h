// SPDX-License-Identifier: GPL-3.0-or-later
// A point's settings as one layer sees them.
#pragma once

#include <string>

#include "core/datapath/datapath.h"
#include "core/ptq/feedback.h"
#include "core/ptq/quantize_layer.h"
#include "core/study/preparation.h"

namespace axescope {

/// How the layer's weights are quantized, its widths as its overrides say.
LayerOptions layerOptions(const PreparedLayer& layer, const LayerInfo& info, const PointSettings& settings);
/// What decides the feedback matrices of its inputs.
FeedbackOptions feedbackOptions(const PointSettings& settings);

/// The datapath a layer of this point runs on: as set, by its overrides, or 32 bits for skipped layers. outerBits 0
/// stays automatic.
Datapath layerDatapath(const std::string& layer, const PointSettings& settings);

}  // namespace axescope
