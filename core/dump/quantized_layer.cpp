// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/quantized_layer.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>

#include "core/dump/layer_metadata.h"
#include "core/linalg/feature_order.h"

namespace axescope {

namespace {

/// All codes are levels of the layer's weights.
Status checkWeightCodes(const QuantizedFileLayer& layer, const std::string& file, const std::string& group) {
  if (!layer.weights().fitsCodes()) {
    return fail(ErrorCode::invalidArgument, file, group + "@weight_quantizer",
                "levels that fit 16 bits, and a bit for their magnitude",
                std::string(name(layer.weightQuantizer)) + " of " + std::to_string(layer.weightBits) + " bits");
  }
  const WeightLevels levels(layer.weights(), WeightRange::full);
  const std::span codes(layer.codes.data(), static_cast<std::size_t>(layer.codes.size()));
  const auto bad = std::ranges::find_if(codes, [&](std::int64_t code) { return !levels.contains(code); });
  if (bad == codes.end()) return {};
  const std::string kind = levels.isUniform() ? "" : std::string(name(layer.weightQuantizer)) + " ";
  return fail(ErrorCode::invalidArgument, file, group + "/codes",
              kind + "codes from " + std::to_string(levels.range().low) + " to " + std::to_string(levels.range().high),
              std::to_string(*bad) + " at " + std::to_string(bad - codes.begin()));
}

/// All codes lie in `range`.
Status checkCodes(std::span<const std::int16_t> codes, IntegerRange range, const std::string& file,
                  const std::string& object) {
  const auto bad =
      std::ranges::find_if(codes, [&](std::int64_t code) { return code < range.low || code > range.high; });
  if (bad == codes.end()) return {};
  return fail(ErrorCode::invalidArgument, file, object,
              "codes from " + std::to_string(range.low) + " to " + std::to_string(range.high),
              std::to_string(*bad) + " at " + std::to_string(bad - codes.begin()));
}

Status checkWidth(std::int64_t value, IntegerRange range, const std::string& file, const std::string& object) {
  if (value >= range.low && value <= range.high) return {};
  return fail(ErrorCode::invalidArgument, file, object,
              std::to_string(range.low) + " to " + std::to_string(range.high) + " bits", std::to_string(value));
}

Status checkCount(std::size_t found, std::int64_t expected, const char* what, const std::string& file,
                  const std::string& object) {
  if (found == static_cast<std::size_t>(expected)) return {};
  return fail(ErrorCode::wrongShape, file, object, std::to_string(expected) + " " + what, std::to_string(found));
}

Status checkInputCodes(const QuantizedFileLayer& layer, const std::string& file, const std::string& object) {
  if (layer.inputCodesShape.empty() && layer.inputCodes.empty()) return {};
  AXESCOPE_CHECK(checkInputShape(file, object, layer.info, layer.inputCodesShape));
  std::int64_t count = 1;
  for (const std::int64_t size : layer.inputCodesShape) count *= size;
  AXESCOPE_CHECK(checkCount(layer.inputCodes.size(), count, "codes", file, object));
  return checkCodes(layer.inputCodes, layer.input.range(), file, object);
}

Status checkGroupScale(const QuantizedFileLayer& layer, const std::string& file, const std::string& object) {
  const Tiling tiling = Tiling::of(layer.info.k(), layer.tileSize);
  if (!layer.groupScale.fit(layer.info.channels, tiling)) {
    return fail(ErrorCode::wrongShape, file, object, "one multiplier for each channel and tile", "another number");
  }
  const IntegerRange range = twosComplement(mostCodeBits);
  const std::int64_t largestCode = layer.weights().largestMagnitude();
  if (layer.groupScale.largest() * largestCode <= -range.low || layer.groupScale.allOnes()) return {};
  return fail(ErrorCode::invalidArgument, file, object, "multipliers of codes that fit 16 bits together with them",
              std::to_string(layer.groupScale.largest()));
}

// Widths of single channels: narrower than the layer's, codes within them, accumulators kept for certain, so that the
// layer's one register computes what theirs would.
Status checkChannelWidths(const QuantizedFileLayer& layer, const std::string& file, const std::string& group) {
  const auto check = [&](const std::vector<int>& widths, IntegerRange range, const std::string& object) -> Status {
    if (widths.empty()) return {};
    AXESCOPE_CHECK(checkCount(widths.size(), layer.info.channels, "widths", file, object));
    for (const int bits : widths) AXESCOPE_CHECK(checkWidth(bits, range, file, object));
    return {};
  };
  const std::string inner = group + "/channel_inner_bits";
  AXESCOPE_CHECK(check(layer.channelWeightBits, {1, layer.weightBits}, group + "/channel_weight_bits"));
  AXESCOPE_CHECK(check(layer.channelInnerBits, {leastAccumulatorBits, layer.innerBits}, inner));
  const auto columns = static_cast<std::size_t>(layer.codes.cols());
  for (std::size_t channel = 0; channel < layer.channelWeightBits.size(); ++channel) {
    AXESCOPE_CHECK(checkCodes(std::span(layer.codes.data() + channel * columns, columns),
                              twosComplement(layer.channelWeightBits[channel]), file, group + "/codes"));
  }
  if (layer.channelInnerBits.empty()) return {};
  const Certificate certificate = certificateOf(layer);
  for (std::int64_t channel = 0; channel < certificate.channels(); ++channel) {
    if (certificate.smallestInnerBits(channel) <= certificate.innerBits(channel)) continue;
    return fail(ErrorCode::invalidArgument, file, inner, "widths that the codes of their channels keep for certain",
                std::to_string(certificate.innerBits(channel)) + " at " + std::to_string(channel));
  }
  return {};
}

Status checkInputTransform(const QuantizedFileLayer& layer, const std::string& file, const std::string& group) {
  const std::string scaling = group + "/input_scaling";
  if (!layer.inputScaling.empty()) {
    AXESCOPE_CHECK(checkCount(layer.inputScaling.size(), layer.info.inputs, "divisors", file, scaling));
    if (!std::ranges::all_of(layer.inputScaling, [](double s) { return std::isfinite(s) && s > 0; }))
      return fail(ErrorCode::notFinite, file, scaling, "finite divisors above 0", "another number");
  }
  const std::string permutation = group + "/input_permutation";
  if (!layer.inputPermutation.empty()) {
    AXESCOPE_CHECK(checkCount(layer.inputPermutation.size(), layer.info.inputs, "inputs", file, permutation));
    if (!isPermutation(layer.inputPermutation))
      return fail(ErrorCode::invalidArgument, file, permutation, "each input once", "another list");
  }
  const std::int64_t block = layer.inputRotation;
  const bool rotates = block > 0 && (block & (block - 1)) == 0 && layer.info.inputs % block == 0;
  if (block == 0 || (rotates && layer.info.kind == LayerKind::linear)) return {};
  return fail(ErrorCode::invalidArgument, file, group + "@input_rotation",
              "a power of two that divides the inputs of a linear layer", std::to_string(block));
}

}  // namespace

Status checkQuantizedLayer(const QuantizedFileLayer& layer, const std::string& file, const std::string& group) {
  const LayerInfo& info = layer.info;
  const IntegerRange accumulator{leastAccumulatorBits, mostAccumulatorBits};
  AXESCOPE_CHECK(checkWidth(layer.weightBits, {1, mostCodeBits}, file, group + "@weight_bits"));
  AXESCOPE_CHECK(checkWidth(layer.input.bits, {1, mostCodeBits}, file, group + "@input_bits"));
  AXESCOPE_CHECK(checkCodeWidth(layer.input, file, group));
  AXESCOPE_CHECK(checkWidth(layer.innerBits, accumulator, file, group + "@inner_bits"));
  AXESCOPE_CHECK(checkWidth(layer.outerBits, accumulator, file, group + "@outer_bits"));
  if (layer.overflow != "wrap" && layer.overflow != "saturate") {
    return fail(ErrorCode::invalidArgument, file, group + "@overflow", R"("wrap" or "saturate")",
                '"' + layer.overflow + '"');
  }
  const std::string codes = group + "/codes";
  if (info.channels < 1 || info.groups() < 1 || info.k() < 1)
    return fail(ErrorCode::empty, file, codes, "at least one code", "none");
  AXESCOPE_CHECK(checkCount(static_cast<std::size_t>(layer.codes.rows()), info.channels, "channels", file, codes));
  AXESCOPE_CHECK(checkCount(static_cast<std::size_t>(layer.codes.cols()), info.k(), "codes a channel", file, codes));
  AXESCOPE_CHECK(checkWeightCodes(layer, file, group));
  AXESCOPE_CHECK(checkCount(layer.weightScale.size(), info.channels, "scales", file, group + "/weight_scale"));
  const auto isScale = [](double scale) { return std::isfinite(scale) && scale > 0; };
  if (!std::ranges::all_of(layer.weightScale, isScale) || !isScale(layer.input.scale))
    return fail(ErrorCode::notFinite, file, group, "finite scales above 0", "another number");
  AXESCOPE_CHECK(checkGroupScale(layer, file, group + "/group_scale"));
  AXESCOPE_CHECK(checkChannelWidths(layer, file, group));
  if (layer.dynamicInput && info.kind != LayerKind::linear) {
    return fail(ErrorCode::unsupported, file, group + "@input_dynamic", "0 for a convolution", "1");
  }
  AXESCOPE_CHECK(checkInputTransform(layer, file, group));
  if (!layer.bias.empty()) {
    AXESCOPE_CHECK(checkCount(layer.bias.size(), info.channels, "biases", file, group + "/bias"));
    if (!std::ranges::all_of(layer.bias, [](float bias) { return std::isfinite(bias); }))
      return fail(ErrorCode::notFinite, file, group + "/bias", "finite numbers", "NaN or infinity");
  }
  return checkInputCodes(layer, file, group + "/input_codes");
}

Certificate certificateOf(const QuantizedFileLayer& layer) {
  return {layer.codes,           Tiling::of(layer.info.k(), layer.tileSize),
          layer.input.range(),   layer.innerBits,
          layer.outerBits,       layer.groupScale,
          layer.channelInnerBits};
}

std::vector<double> tileBudgets(const Certificate& certificate) {
  const IntegerRange range = certificate.activations();
  const auto largest = static_cast<double>(std::max(-range.low, range.high));
  std::vector<double> budgets;
  for (std::int64_t channel = 0; channel < certificate.channels(); ++channel) {
    const auto limit = static_cast<double>(accumulatorLimit(certificate.innerBits(channel)));
    budgets.insert(budgets.end(), static_cast<std::size_t>(certificate.tiling().tiles()), limit / largest);
  }
  return budgets;
}

}  // namespace axescope
