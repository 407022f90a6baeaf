// SPDX-License-Identifier: GPL-3.0-or-later
// A point's settings as one layer sees them.
#pragma once

#include <string>
#include <vector>

#include "core/datapath/datapath.h"
#include "core/ptq/feedback.h"
#include "core/ptq/quantize_layer.h"
#include "core/study/preparation.h"

namespace axescope {

/// How the layer's weights are quantized, its widths and levels as its overrides say. A layer whose file gives weight
/// scales keeps the uniform levels that they were made for.
LayerOptions layerOptions(const PreparedLayer& layer, const LayerInfo& info, const PointSettings& settings);
/// The same for each quantizer that the layer may take: one, or under an automatic choice all whose levels fit, the
/// preferred one of equals first.
std::vector<LayerOptions> quantizerChoices(const LayerOptions& options);
/// What decides the feedback matrices of its inputs.
FeedbackOptions feedbackOptions(const PointSettings& settings);

/// The datapath a layer of this point runs on: as set, by its overrides, or 32 bits for skipped layers. outerBits 0
/// stays automatic.
Datapath layerDatapath(const std::string& layer, const PointSettings& settings);

}  // namespace axescope
