// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/layer_options.h"

#include <algorithm>

#include "core/study/layer_overrides.h"

namespace axescope {

LayerOptions layerOptions(const PreparedLayer& layer, const LayerInfo& info, const PointSettings& settings) {
  const LayerWidths widths = widthsOf(settings, info.name);
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

std::vector<LayerOptions> quantizerChoices(const LayerOptions& options) {
  if (options.weightQuantizer != WeightQuantizer::automatic) return {options};
  std::vector<LayerOptions> choices;
  for (const WeightQuantizer quantizer : weightQuantizers) {
    if (!WeightFormat{options.weightBits, quantizer}.fitsCodes(largestMultiplier(options.groupScale))) continue;
    choices.push_back(options);
    choices.back().weightQuantizer = quantizer;
  }
  return choices;
}

FeedbackOptions feedbackOptions(const PointSettings& settings) {
  return {settings.algorithm, settings.actOrder, settings.damping};
}

Datapath layerDatapath(const std::string& layer, const PointSettings& settings) {
  constexpr int skippedOuterBits = 32;
  const LayerWidths widths = widthsOf(settings, layer);
  return {.innerBits = widths.innerBits,
          .outerBits = isSkipped(settings, layer) ? std::max(skippedOuterBits, widths.innerBits) : settings.outerBits,
          .tileSize = widths.tileSize,
          .innerOverflow = settings.overflow,
          .outerOverflow = settings.overflow};
}

}  // namespace axescope
