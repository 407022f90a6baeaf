// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/layer_overrides.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "core/study/setting_schema.h"
#include "core/study/settings.h"

namespace axescope {

namespace {

constexpr int skippedAccumulatorBits = 32;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\n") - first + 1);
}

// The text before the separator; `rest` goes on behind it.
std::string_view takeUntil(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view{} : rest.substr(at + 1);
  return trimmed(part);
}

// What layers may have of their own, as settings of a point and as members of an override.
struct Width {
  std::string_view key;
  /// False where the override says nothing.
  bool (*put)(const LayerOverride&, PointSettings&);
  void (*set)(LayerOverride&, const PointSettings&);
  void (*reset)(LayerOverride&);
};

template <auto Member, auto Setting>
constexpr Width makeWidth(std::string_view key) {
  return {.key = key,
          .put =
              [](const LayerOverride& o, PointSettings& s) {
                s.*Setting = (o.*Member).value_or(s.*Setting);
                return (o.*Member).has_value();
              },
          .set = [](LayerOverride& o, const PointSettings& s) { o.*Member = s.*Setting; },
          .reset = [](LayerOverride& o) { (o.*Member).reset(); }};
}

using O = LayerOverride;
using P = PointSettings;
constexpr std::array widths{makeWidth<&O::weightBits, &P::weightBits>("weight_bits"),
                            makeWidth<&O::activationBits, &P::activationBits>("activation_bits"),
                            makeWidth<&O::innerBits, &P::innerBits>("inner_bits"),
                            makeWidth<&O::tileSize, &P::tileSize>("tile"),
                            makeWidth<&O::weightQuantizer, &P::weightQuantizer>("weight_quantizer")};

Result<LayerOverride> parseOne(std::string_view text) {
  constexpr const char* flag = "--overrides";
  std::string_view rest = text;
  const std::string_view layers = takeUntil(rest, ':');
  if (layers.empty() || trimmed(rest).empty()) {
    return fail(ErrorCode::invalidArgument, {}, flag, "GLOB:KEY=VALUE,…", fmt::format("'{}'", text));
  }
  LayerOverride result;
  result.layers = layers;
  while (!rest.empty()) {
    std::string_view value = takeUntil(rest, ',');
    const std::string_view key = takeUntil(value, '=');
    const auto width = std::find_if(widths.begin(), widths.end(), [&](const Width& w) { return w.key == key; });
    if (width == widths.end()) {
      return fail(ErrorCode::invalidArgument, {}, flag,
                  "weight_bits, activation_bits, inner_bits, tile or weight_quantizer", fmt::format("'{}'", key));
    }
    const SettingInfo& info = *findSetting(key);
    AXESCOPE_TRY(const auto values, parseValues(info, trimmed(value)));
    if (values.size() != 1) {
      return fail(ErrorCode::invalidArgument, {}, flag, fmt::format("one value of {}", key),
                  fmt::format("'{}'", value));
    }
    PointSettings point;
    info.set(point, values.front());
    width->set(result, point);
  }
  return result;
}

}  // namespace

Result<std::vector<LayerOverride>> parseOverrides(std::string_view text) {
  std::vector<LayerOverride> all;
  while (!text.empty()) {
    const std::string_view part = takeUntil(text, ';');
    if (part.empty()) continue;
    AXESCOPE_TRY(LayerOverride one, parseOne(part));
    all.push_back(std::move(one));
  }
  return all;
}

std::string toText(const std::vector<LayerOverride>& overrides) {
  std::string text;
  for (const LayerOverride& one : overrides) {
    std::string own;
    for (const Width& width : widths) {
      PointSettings point;
      if (!width.put(one, point)) continue;
      own += fmt::format("{}{}={}", own.empty() ? "" : ",", width.key, toText(findSetting(width.key)->get(point)));
    }
    text += fmt::format("{}{}:{}", text.empty() ? "" : ";", one.layers, own);
  }
  return text;
}

std::string onlyOverridesOf(const std::string& overrides, std::initializer_list<std::string_view> keys) {
  std::vector<LayerOverride> left;
  const auto all = parseOverrides(overrides);
  if (!all) return overrides;
  for (LayerOverride one : *all) {
    for (const Width& width : widths) {
      if (std::find(keys.begin(), keys.end(), width.key) == keys.end()) width.reset(one);
    }
    PointSettings point;
    const bool says = std::any_of(widths.begin(), widths.end(), [&](const Width& w) { return w.put(one, point); });
    if (says) left.push_back(std::move(one));
  }
  return toText(left);
}

bool isSkipped(const PointSettings& settings, const std::string& layer) {
  return !settings.skipLayers.empty() && globMatches(settings.skipLayers, layer);
}

LayerWidths widthsOf(const PointSettings& settings, const std::string& layer) {
  LayerWidths own{.weightBits = settings.weightBits,
                  .activationBits = settings.activationBits,
                  .innerBits = settings.innerBits,
                  .tileSize = settings.tileSize,
                  .weightQuantizer = settings.weightQuantizer};
  if (isSkipped(settings, layer)) {
    own = {.weightBits = settings.skipBits, .activationBits = settings.skipBits, .innerBits = skippedAccumulatorBits};
  }
  if (settings.overrides.empty()) return own;
  const auto overrides = parseOverrides(settings.overrides);
  if (!overrides) return own;  // not a valid point
  for (const LayerOverride& one : *overrides) {
    if (!globMatches(one.layers, layer)) continue;
    own.weightBits = one.weightBits.value_or(own.weightBits);
    own.activationBits = one.activationBits.value_or(own.activationBits);
    own.innerBits = one.innerBits.value_or(own.innerBits);
    own.tileSize = one.tileSize.value_or(own.tileSize);
    own.weightQuantizer = one.weightQuantizer.value_or(own.weightQuantizer);
  }
  return own;
}

}  // namespace axescope
