// SPDX-License-Identifier: GPL-3.0-or-later
// Values of settings as they are typed and shown, and what each setting takes.
#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

#include "core/study/setting_schema.h"

namespace axescope {

namespace {

std::string joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

Result<SettingValue> parseOne(const SettingInfo& info, std::string_view text) {
  if (info.kind == SettingKind::text || info.kind == SettingKind::choice) return SettingValue{std::string(text)};
  if (std::find(info.choices.begin(), info.choices.end(), text) != info.choices.end()) {
    return SettingValue{std::string(text)};
  }
  const char* end = text.data() + text.size();
  if (info.kind == SettingKind::integer) {
    std::int64_t value = 0;
    const auto [stop, code] = std::from_chars(text.data(), end, value);
    if (code == std::errc{} && stop == end) return SettingValue{value};
  } else {
    double value = 0;
    const auto [stop, code] = std::from_chars(text.data(), end, value);
    if (code == std::errc{} && stop == end && std::isfinite(value)) return SettingValue{value};
  }
  return fail(ErrorCode::invalidArgument, {}, info.flag(),
              info.kind == SettingKind::integer ? "a whole number" : "a number", fmt::format("'{}'", text));
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

constexpr std::uint64_t mostValuesOfOneSetting = 10'000;

Result<std::vector<SettingValue>> parseRange(const SettingInfo& info, std::string_view text) {
  const auto parts = split(text, ':');
  std::vector<std::int64_t> numbers;
  for (const std::string_view part : parts) {
    AXESCOPE_TRY(const SettingValue value, parseOne(info, part));
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr) break;
    numbers.push_back(*number);
  }
  const std::int64_t step = numbers.size() == 3 ? numbers[2] : 1;
  const bool isRange = numbers.size() == parts.size() && parts.size() <= 3 && step > 0 && numbers[0] <= numbers[1];
  // Without a sign: the ends may be as far apart as there are numbers.
  const std::uint64_t steps = isRange
                                  ? (static_cast<std::uint64_t>(numbers[1]) - static_cast<std::uint64_t>(numbers[0])) /
                                        static_cast<std::uint64_t>(step)
                                  : 0;
  const bool sound = isRange && steps < mostValuesOfOneSetting;
  if (!sound) {
    return fail(ErrorCode::invalidArgument, {}, info.flag(), "a range first:last or first:last:step",
                fmt::format("'{}'", text));
  }
  std::vector<SettingValue> values;
  for (std::uint64_t i = 0; i <= steps; ++i) values.emplace_back(numbers[0] + static_cast<std::int64_t>(i) * step);
  return values;
}

}  // namespace

Status checkValue(const SettingInfo& info, const SettingValue& value) {
  const auto refuse = [&](std::string expected) {
    return fail(ErrorCode::invalidArgument, {}, info.flag(), std::move(expected), fmt::format("'{}'", toText(value)));
  };
  const auto* name = std::get_if<std::string>(&value);
  const bool named =
      name != nullptr && std::find(info.choices.begin(), info.choices.end(), *name) != info.choices.end();
  // Only for the error: this runs for every cell of a results file.
  const auto range = [&] { return fmt::format("{} … {}", info.least, info.most); };
  switch (info.kind) {
    case SettingKind::text:
      if (name == nullptr) return refuse("text");
      return {};
    case SettingKind::choice:
      if (!named) return refuse("one of " + joined(info.choices));
      return {};
    case SettingKind::integer: {
      if (named) return {};
      const auto* number = std::get_if<std::int64_t>(&value);
      if (number == nullptr || static_cast<double>(*number) < info.least || static_cast<double>(*number) > info.most) {
        return refuse("a whole number in " + range() + (info.choices.empty() ? "" : " or " + joined(info.choices)));
      }
      return {};
    }
    case SettingKind::real: {
      const auto* number = std::get_if<double>(&value);
      if (number == nullptr || !(*number >= info.least && *number <= info.most))
        return refuse("a number in " + range());
      return {};
    }
  }
  return {};
}

Result<std::vector<SettingValue>> parseValues(const SettingInfo& info, std::string_view text) {
  std::vector<SettingValue> values;
  if (info.kind == SettingKind::text) {
    if (!info.sweepable) return std::vector<SettingValue>{std::string(text)};
    for (const std::string_view part : split(text, '|')) values.emplace_back(std::string(part));
    return values;
  }
  for (const std::string_view part : split(text, ',')) {
    if (info.kind == SettingKind::integer && part.find(':') != std::string_view::npos) {
      AXESCOPE_TRY(const auto range, parseRange(info, part));
      values.insert(values.end(), range.begin(), range.end());
    } else {
      AXESCOPE_TRY(SettingValue value, parseOne(info, part));
      values.push_back(std::move(value));
    }
  }
  for (const SettingValue& value : values) AXESCOPE_CHECK(checkValue(info, value));
  return values;
}

std::string toText(const SettingValue& value) {
  return std::visit([](const auto& v) { return fmt::format("{}", v); }, value);
}

}  // namespace axescope
