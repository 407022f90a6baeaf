// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/settings.h"

#include <fmt/format.h>

#include "core/study/layer_overrides.h"
#include "core/study/setting_schema.h"

namespace axescope {

Status checkWeightFormat(int weightBits, WeightQuantizer quantizer, GroupScale groups) {
  if (quantizer == WeightQuantizer::automatic || quantizer == WeightQuantizer::uniform) return {};
  const std::int64_t factor = largestMultiplier(groups);
  if (WeightFormat{weightBits, quantizer}.fitsCodes(factor)) return {};
  int most = 2;
  while (WeightFormat{most + 1, quantizer}.fitsCodes(factor)) ++most;
  return fail(ErrorCode::invalidArgument, {}, "--weight-bits",
              fmt::format("2 to {} with {} weights{}, whose levels are kept in 16 bits", most, name(quantizer),
                          factor > 1 ? " and group scales" : ""),
              std::to_string(weightBits));
}

Status validate(const PointSettings& settings) {
  for (const SettingInfo& info : settingSchema()) AXESCOPE_CHECK(checkValue(info, info.get(settings)));
  const auto refuse = [](const char* flag, const char* expected, std::string found) {
    return fail(ErrorCode::invalidArgument, {}, flag, expected, std::move(found));
  };
  if (settings.weightBits == 1 && settings.weightRange == WeightRange::narrow) {
    return refuse("--weight-bits", "at least 2 with the narrow weight range", "1");
  }
  if (settings.activationBits == 1 && settings.activation == ActivationEncoding::signedSymmetric) {
    return refuse("--activation-bits", "at least 2 with signed activations", "1");
  }
  const bool unsignedCodes = !hasSignedCodes(settings.activation);
  const char* tooWide = "at most 15 with unsigned codes, which are kept in 16 signed bits";
  if (unsignedCodes && settings.activationBits == mostCodeBits) return refuse("--activation-bits", tooWide, "16");
  if (unsignedCodes && settings.skipBits == mostCodeBits && !settings.skipLayers.empty()) {
    return refuse("--skip-bits", tooWide, "16");
  }
  if (settings.hadamard && settings.activation == ActivationEncoding::unsignedSymmetric) {
    return refuse("--hadamard", "activation codes with both signs, which rotated inputs have", "unsigned");
  }
  if (settings.groupScale != GroupScale::off && isTrained(settings.algorithm)) {
    return refuse("--group-scale", "off with a2q and a2q-plus, which train one scale for each channel",
                  toText(findSetting("group_scale")->get(settings)));
  }
  if (settings.groupScale != GroupScale::off && settings.weightBits > mostGroupedWeightBits) {
    return refuse("--weight-bits", "at most 12 with group scales, whose products with codes are kept in 16 bits",
                  std::to_string(settings.weightBits));
  }
  if (settings.weightQuantizer != WeightQuantizer::uniform && isTrained(settings.algorithm)) {
    return refuse("--weight-quantizer", "uniform with a2q and a2q-plus, which train evenly spaced codes",
                  std::string(name(settings.weightQuantizer)));
  }
  if (settings.weightQuantizer != WeightQuantizer::uniform && settings.weightRange == WeightRange::full) {
    return refuse("--weight-range", "narrow with levels that are not uniform, which are symmetric", "full");
  }
  AXESCOPE_CHECK(checkWeightFormat(settings.weightBits, settings.weightQuantizer, settings.groupScale));
  const bool widelySkipped = !settings.skipLayers.empty() && settings.skipBits > mostGroupedWeightBits;
  if (settings.groupScale != GroupScale::off && widelySkipped) {
    return refuse("--skip-bits", "at most 12 with group scales", std::to_string(settings.skipBits));
  }
  const bool undone =
      settings.refineSweeps > 0 && settings.constraint == Constraint::axeSoft && !isTrained(settings.algorithm);
  if (undone) {
    return refuse("--refine", "a constraint with a guarantee, or none",
                  "axe-soft, whose threshold refinement would undo");
  }
  if (settings.innerBits == 0 && settings.constraint != Constraint::none) {
    return refuse("--inner-bits", "a width that the constraint can keep; auto is the width of finished codes", "auto");
  }
  AXESCOPE_TRY(const auto overrides, parseOverrides(settings.overrides));
  for (const LayerOverride& one : overrides) {
    PointSettings layer = settings;
    layer.overrides.clear();
    layer.weightBits = one.weightBits.value_or(layer.weightBits);
    layer.activationBits = one.activationBits.value_or(layer.activationBits);
    layer.innerBits = one.innerBits.value_or(layer.innerBits);
    layer.weightQuantizer = one.weightQuantizer.value_or(layer.weightQuantizer);
    AXESCOPE_CHECK(validate(layer));
  }
  return {};
}

namespace {

// Whether any layer may have more than one tile.
bool hasTiles(const PointSettings& settings) {
  return settings.tileSize != 0 || !onlyOverridesOf(settings.overrides, {"tile"}).empty();
}

}  // namespace

PointSettings canonical(PointSettings settings) {
  const PointSettings defaults;
  if (settings.preprocess != Preprocess::magr) settings.magrAlpha = defaults.magrAlpha;
  if (settings.activationRange != ActivationRangeRule::percentile) settings.percentile = defaults.percentile;
  const bool trained = isTrained(settings.algorithm);
  if (!trained) settings.trainingSteps = defaults.trainingSteps;
  if (trained && settings.constraint != Constraint::none) {
    settings.constraint = settings.algorithm == Algorithm::a2q ? Constraint::epInitA2q : Constraint::epInit;
  }
  const bool greedy = settings.algorithm != Algorithm::rtn && !trained;
  const bool shaped = settings.constraint != Constraint::none && settings.constraint != Constraint::epInit &&
                      settings.constraint != Constraint::epInitA2q;
  // The strict clip gives what is left of a budget to the columns visited first, also in round to nearest.
  const bool clips = shaped && settings.constraint != Constraint::axeSoft;
  if (!greedy && !clips) settings.actOrder = defaults.actOrder;
  if (!greedy) settings.errorReference = defaults.errorReference;
  if (!greedy || settings.algorithm == Algorithm::gpfq) settings.damping = defaults.damping;
  if (!shaped) {
    settings.slack = defaults.slack;
    settings.errorReference = defaults.errorReference;
  }
  if (settings.skipLayers.empty()) settings.skipBits = defaults.skipBits;
  if (!hasTiles(settings)) settings.groupScale = defaults.groupScale;
  if (const auto overrides = parseOverrides(settings.overrides)) settings.overrides = toText(*overrides);
  return settings;
}

PointSettings quantizationKey(PointSettings settings) {
  const PointSettings defaults;
  settings = canonical(std::move(settings));
  settings.outerBits = defaults.outerBits;
  settings.overflow = defaults.overflow;
  settings.evaluationSamples = defaults.evaluationSamples;
  if (settings.constraint == Constraint::none) {
    settings.innerBits = defaults.innerBits;
    // A trained method's parameters are those of tiles, clamped or not, and so are group scales.
    const bool tiled = isTrained(settings.algorithm) || settings.groupScale != GroupScale::off;
    if (!tiled) settings.tileSize = defaults.tileSize;
    settings.overrides =
        tiled ? onlyOverridesOf(settings.overrides, {"weight_bits", "activation_bits", "weight_quantizer", "tile"})
              : onlyOverridesOf(settings.overrides, {"weight_bits", "activation_bits", "weight_quantizer"});
  }
  return settings;
}

bool globMatches(const std::string& pattern, const std::string& name) {
  // Two pointers with one remembered star: linear in practice, no recursion.
  std::size_t p = 0;
  std::size_t n = 0;
  std::size_t star = std::string::npos;
  std::size_t starMatch = 0;
  while (n < name.size()) {
    if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n]) && pattern[p] != '*') {
      ++p;
      ++n;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      starMatch = n;
    } else if (star != std::string::npos) {
      p = star + 1;
      n = ++starMatch;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

}  // namespace axescope
