// SPDX-License-Identifier: GPL-3.0-or-later
// Mixed precision: widths and weight levels that single layers, or channels of them, have instead of the point's.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.h"
#include "core/number/weight_levels.h"

namespace axescope {

struct PointSettings;

/// Neighbouring output channels, both ends included.
struct ChannelRun {
  std::int64_t first = 0;
  std::int64_t last = 0;
  friend bool operator==(const ChannelRun&, const ChannelRun&) = default;
};

/// What the layers that match a glob have of their own, or some channels of each of them.
struct LayerOverride {
  std::string layers;
  std::vector<ChannelRun> channels{};  // ascending and apart; none: the whole layer
  std::optional<int> weightBits;
  std::optional<int> activationBits;
  std::optional<int> innerBits;          // 0: auto
  std::optional<std::int64_t> tileSize;  // 0: full
  std::optional<WeightQuantizer> weightQuantizer;
  friend bool operator==(const LayerOverride&, const LayerOverride&) = default;
};

/// "conv1: weight_bits=8, inner_bits=20; layer3.*: tile=full; conv1[0-7,12]: weight_bits=6". Of several that match a
/// layer or channel the last one to name a width decides. Values are checked like those of the settings with the same
/// keys. Channels have weight_bits and inner_bits of their own; they share the layer's activations and tiles. Errors:
/// invalidArgument.
Result<std::vector<LayerOverride>> parseOverrides(std::string_view text);
/// The same text in one spelling: without spaces, widths in the order of the members, channels ascending.
std::string toText(const std::vector<LayerOverride>& overrides);

/// What is left of valid overrides when only these widths count.
std::string onlyOverridesOf(const std::string& overrides, std::initializer_list<std::string_view> keys);

struct LayerWidths {
  int weightBits = 0;
  int activationBits = 0;
  int innerBits = 0;
  std::int64_t tileSize = 0;  // 0: full
  WeightQuantizer weightQuantizer = WeightQuantizer::uniform;
  friend bool operator==(const LayerWidths&, const LayerWidths&) = default;
};

/// The widths of one layer of a point: of its overrides, else skipBits, uniform, with 32-bit accumulators where
/// skipLayers matches, else the point's. Channels with widths of their own are not looked at. `settings` are valid.
LayerWidths widthsOf(const PointSettings& settings, const std::string& layer);
/// The widths of each of a layer's channels, which differ in weightBits and innerBits alone; none where all are as
/// widthsOf() says.
std::vector<LayerWidths> channelWidthsOf(const PointSettings& settings, const std::string& layer,
                                         std::int64_t channels);
/// Whether the layer is one of --skip-layers.
bool isSkipped(const PointSettings& settings, const std::string& layer);

}  // namespace axescope
