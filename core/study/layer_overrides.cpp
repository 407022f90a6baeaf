// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/layer_overrides.h"

#include <algorithm>
#include <array>
#include <charconv>

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

constexpr const char* flag = "--overrides";

std::optional<std::int64_t> channelNumber(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = code == std::errc() && end == text.data() + text.size() && !text.empty() && number >= 0;
  return whole ? std::optional(number) : std::nullopt;
}

std::string channelsText(const std::vector<ChannelRun>& channels) {
  std::string text;
  for (const ChannelRun& run : channels) {
    text += fmt::format("{}{}", text.empty() ? "" : ",", run.first);
    if (run.last > run.first) text += fmt::format("-{}", run.last);
  }
  return text.empty() ? text : '[' + text + ']';
}

// "0-7,12", sorted, neighbours joined.
Result<std::vector<ChannelRun>> parseChannels(std::string_view text) {
  std::vector<ChannelRun> runs;
  for (std::string_view rest = text; runs.empty() || !rest.empty();) {
    std::string_view last = takeUntil(rest, ',');
    const bool isRange = last.find('-') != std::string_view::npos;
    const auto from = channelNumber(isRange ? takeUntil(last, '-') : last);
    const auto to = channelNumber(trimmed(last));
    if (!from || !to || *from > *to) {
      return fail(ErrorCode::invalidArgument, {}, flag, "channels like [0-7,12]", fmt::format("[{}]", text));
    }
    runs.push_back({*from, *to});
  }
  std::sort(runs.begin(), runs.end(), [](const ChannelRun& a, const ChannelRun& b) { return a.first < b.first; });
  std::vector<ChannelRun> joined;
  for (const ChannelRun& run : runs) {
    if (!joined.empty() && run.first <= joined.back().last + 1) {
      joined.back().last = std::max(joined.back().last, run.last);
    } else {
      joined.push_back(run);
    }
  }
  return joined;
}

Result<LayerOverride> parseOne(std::string_view text) {
  std::string_view rest = text;
  std::string_view layers = takeUntil(rest, ':');
  if (layers.empty() || trimmed(rest).empty()) {
    return fail(ErrorCode::invalidArgument, {}, flag, "GLOB:KEY=VALUE,…", fmt::format("'{}'", text));
  }
  std::vector<ChannelRun> channels;
  if (const std::size_t bracket = layers.rfind('['); bracket != std::string_view::npos && layers.ends_with(']')) {
    AXESCOPE_TRY(channels, parseChannels(layers.substr(bracket + 1, layers.size() - bracket - 2)));
    layers = trimmed(layers.substr(0, bracket));
    if (layers.empty()) {
      return fail(ErrorCode::invalidArgument, {}, flag, "GLOB[CHANNELS]:KEY=VALUE,…", fmt::format("'{}'", text));
    }
  }
  LayerOverride result{.layers = std::string(layers),
                       .channels = std::move(channels),
                       .weightBits = {},
                       .activationBits = {},
                       .innerBits = {},
                       .tileSize = {},
                       .weightQuantizer = {}};
  while (!rest.empty()) {
    std::string_view value = takeUntil(rest, ',');
    const std::string_view key = takeUntil(value, '=');
    const auto width = std::find_if(widths.begin(), widths.end(), [&](const Width& w) { return w.key == key; });
    if (width == widths.end()) {
      return fail(ErrorCode::invalidArgument, {}, flag,
                  "weight_bits, activation_bits, inner_bits, tile or weight_quantizer", fmt::format("'{}'", key));
    }
    if (!result.channels.empty() && key != "weight_bits" && key != "inner_bits") {
      return fail(ErrorCode::invalidArgument, {}, flag,
                  "weight_bits or inner_bits of channels, which share their layer's activations and tiles",
                  fmt::format("'{}'", key));
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
    text += fmt::format("{}{}{}:{}", text.empty() ? "" : ";", one.layers, channelsText(one.channels), own);
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

namespace {

void apply(const LayerOverride& one, LayerWidths& own) {
  own.weightBits = one.weightBits.value_or(own.weightBits);
  own.activationBits = one.activationBits.value_or(own.activationBits);
  own.innerBits = one.innerBits.value_or(own.innerBits);
  own.tileSize = one.tileSize.value_or(own.tileSize);
  own.weightQuantizer = one.weightQuantizer.value_or(own.weightQuantizer);
}

}  // namespace

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
    if (one.channels.empty() && globMatches(one.layers, layer)) apply(one, own);
  }
  return own;
}

std::vector<LayerWidths> channelWidthsOf(const PointSettings& settings, const std::string& layer,
                                         std::int64_t channels) {
  const auto overrides = parseOverrides(settings.overrides);
  if (!overrides) return {};  // not a valid point
  const auto isOfChannels = [](const LayerOverride& one) { return !one.channels.empty(); };
  if (std::none_of(overrides->begin(), overrides->end(), isOfChannels)) return {};
  const LayerWidths whole = widthsOf(settings, layer);
  std::vector<LayerWidths> all(static_cast<std::size_t>(channels), whole);
  for (const LayerOverride& one : *overrides) {
    if (!globMatches(one.layers, layer)) continue;
    for (const ChannelRun& run : one.channels) {
      for (std::int64_t c = run.first; c <= std::min(run.last, channels - 1); ++c) {
        apply(one, all[static_cast<std::size_t>(c)]);
      }
    }
    if (!one.channels.empty()) continue;
    for (LayerWidths& channel : all) apply(one, channel);
  }
  const bool alike = std::all_of(all.begin(), all.end(), [&](const LayerWidths& w) { return w == whole; });
  return alike ? std::vector<LayerWidths>{} : all;
}

}  // namespace axescope
