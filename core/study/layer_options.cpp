// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/layer_options.h"

#include <algorithm>

#include "core/study/layer_overrides.h"

namespace axescope {

namespace {

LayerOptions optionsAt(const LayerWidths& widths, const PreparedLayer& layer, const LayerInfo& info,
                       const PointSettings& settings) {
  LayerOptions options;
  options.algorithm = settings.algorithm;
  options.constraint = settings.constraint;
  options.weightBits = widths.weightBits;
  options.weightRange = settings.weightRange;
  options.weightQuantizer = info.hasWeightScale ? WeightQuantizer::uniform : widths.weightQuantizer;
  options.weightScale = settings.weightScale;
  options.groupScale = settings.groupScale;
  options.scaleGrid = {.rule = settings.scaleQuantization, .bits = settings.scaleBits};
  options.innerBits = widths.innerBits == 0 ? mostAccumulatorBits : widths.innerBits;
  options.tileSize = widths.tileSize;
  options.activations = layer.input.range();
  options.errorReference = settings.errorReference;
  options.slack = settings.slack;
  options.refineSweeps = settings.refineSweeps;
  options.trainingSteps = settings.trainingSteps;
  options.preprocess = settings.preprocess;
  options.magrAlpha = settings.magrAlpha;
  return options;
}

}  // namespace

LayerOptions layerOptions(const PreparedLayer& layer, const LayerInfo& info, const PointSettings& settings) {
  return optionsAt(widthsOf(settings, info.name), layer, info, settings);
}

std::vector<ChannelOptions> quantizerChoices(const ChannelOptions& options) {
  if (options.kinds.front().weightQuantizer != WeightQuantizer::automatic) return {options};
  std::vector<ChannelOptions> choices;
  for (const WeightQuantizer quantizer : weightQuantizers) {
    const bool fits = std::ranges::all_of(options.kinds, [&](const LayerOptions& kind) {
      return WeightFormat{kind.weightBits, quantizer}.fitsCodes(largestMultiplier(kind.groupScale));
    });
    if (!fits) continue;
    choices.push_back(options);
    for (LayerOptions& kind : choices.back().kinds) kind.weightQuantizer = quantizer;
  }
  return choices;
}

ChannelOptions channelOptions(const PreparedLayer& layer, const LayerInfo& info, const PointSettings& settings) {
  const std::vector<LayerWidths> widths = channelWidthsOf(settings, info.name, info.channels);
  ChannelOptions result;
  result.ofChannel.assign(static_cast<std::size_t>(info.channels), 0);
  if (widths.empty()) {
    result.kinds.push_back(layerOptions(layer, info, settings));
    return result;
  }
  std::vector<LayerWidths> kinds;
  for (std::size_t channel = 0; channel < widths.size(); ++channel) {
    const auto known = std::find(kinds.begin(), kinds.end(), widths[channel]);
    result.ofChannel[channel] = static_cast<std::size_t>(known - kinds.begin());
    if (known == kinds.end()) kinds.push_back(widths[channel]);
  }
  for (const LayerWidths& kind : kinds) result.kinds.push_back(optionsAt(kind, layer, info, settings));
  return result;
}

std::vector<FeedbackOptions> feedbackOptions(const PointSettings& settings) {
  std::vector<FeedbackOptions> all;
  for (const bool actOrder : {false, true}) {
    const ActOrder alone = actOrder ? ActOrder::on : ActOrder::off;
    if (settings.actOrder == alone || settings.actOrder == ActOrder::best) {
      all.push_back({settings.algorithm, actOrder, settings.damping});
    }
  }
  return all;
}

Datapath layerDatapath(const LayerInfo& info, const PointSettings& settings) {
  constexpr int skippedOuterBits = 32;
  LayerWidths widths = widthsOf(settings, info.name);
  const std::vector<LayerWidths> own = channelWidthsOf(settings, info.name, info.channels);
  if (!own.empty()) widths.innerBits = std::ranges::max(own, {}, &LayerWidths::innerBits).innerBits;
  return {
      .innerBits = widths.innerBits,
      .outerBits = isSkipped(settings, info.name) ? std::max(skippedOuterBits, widths.innerBits) : settings.outerBits,
      .tileSize = widths.tileSize,
      .innerOverflow = settings.overflow,
      .outerOverflow = settings.overflow};
}

}  // namespace axescope
