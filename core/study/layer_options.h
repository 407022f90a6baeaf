// SPDX-License-Identifier: GPL-3.0-or-later
// A point's settings as one layer sees them.
#pragma once

#include <vector>

#include "core/datapath/datapath.h"
#include "core/ptq/feedback.h"
#include "core/ptq/quantize_layer.h"
#include "core/study/preparation.h"

namespace axescope {

/// How the layer's weights are quantized, its widths and levels as its overrides say; not those of single channels. A
/// layer whose file gives weight scales keeps the uniform levels that they were made for.
LayerOptions layerOptions(const PreparedLayer& layer, const LayerInfo& info, const PointSettings& settings);

/// The same for each channel: options that differ in widths alone, and which of them a channel has.
struct ChannelOptions {
  std::vector<LayerOptions> kinds;
  std::vector<std::size_t> ofChannel;  // C
};
ChannelOptions channelOptions(const PreparedLayer& layer, const LayerInfo& info, const PointSettings& settings);
/// The same for each quantizer that the layer may take: one, or under an automatic choice all whose levels fit, the
/// preferred one of equals first.
std::vector<ChannelOptions> quantizerChoices(const ChannelOptions& options);

/// What decides the feedback matrices of its inputs; several where each channel keeps the best answer.
std::vector<FeedbackOptions> feedbackOptions(const PointSettings& settings);

/// The datapath a layer of this point runs on: as set, by its overrides, or 32 bits for skipped layers; the widest of
/// its channels' where those have widths of their own. outerBits 0 stays automatic.
Datapath layerDatapath(const LayerInfo& info, const PointSettings& settings);

}  // namespace axescope
