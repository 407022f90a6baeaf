// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/setting_flags.h"

#include <algorithm>
#include <array>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "core/base/text_file.h"

namespace axescope {

namespace {

constexpr std::size_t helpWidth = 76;  // of the descriptions' column
constexpr std::int64_t mostStudyBytes = 16 << 20;
constexpr std::array<std::string_view, 2> switchValues{"off", "on"};

std::string wrapped(const std::string& text) {
  std::istringstream words(text);
  std::string result;
  std::size_t line = 0;
  for (std::string word; words >> word;) {
    if (line > 0 && line + 1 + word.size() > helpWidth) {
      result += '\n';
      line = 0;
    } else if (line > 0) {
      result += ' ';
      ++line;
    }
    result += word;
    line += word.size();
  }
  return result;
}

std::string placeholder(const SettingInfo& info) {
  if (info.kind == SettingKind::text) return "GLOB";
  std::string text;
  for (const std::string_view choice : info.choices) text += (text.empty() ? "" : "|") + std::string(choice);
  if (info.kind == SettingKind::choice) return text;
  const std::string number = info.kind == SettingKind::real ? "X" : "N";
  return text.empty() ? number : number + "|" + text;
}

// Its flag alone means on; it may have more than these two values.
bool isSwitch(const SettingInfo& info) {
  return info.choices.size() >= switchValues.size() &&
         std::equal(switchValues.begin(), switchValues.end(), info.choices.begin());
}

std::string joined(const std::vector<SettingValue>& values) {
  std::string text;
  for (const SettingValue& value : values) text += (text.empty() ? "" : ",") + toText(value);
  return text;
}

std::string defaultText(const SettingInfo& info, std::span<const SettingDefault> defaults) {
  for (const SettingDefault& one : defaults) {
    if (one.key == info.key) return std::string(one.text);
  }
  const std::string text = toText(info.get(PointSettings{}));
  return text.empty() ? "none" : text;
}

Result<Study> readStudy(const std::string& path) {
  AXESCOPE_TRY(const std::string text, readTextFile(path, mostStudyBytes, "a study file"));
  return Study::fromJson(text, path);
}

}  // namespace

void SettingFlags::addFlag(CLI::App& app, const SettingInfo& info, const std::string& start) {
  std::string help = std::string(info.help) + " (default: " + start + ")";
  if (!info.symbol.empty()) help = std::string(info.symbol) + ": " + help;
  app.add_option_function<std::string>(
         info.flag(), [this, key = std::string(info.key)](const std::string& text) { texts_[key] = text; },
         wrapped(help))
      ->option_text(placeholder(info))
      ->group("Settings");
}

void SettingFlags::addAll(CLI::App& app, std::span<const SettingDefault> defaults) {
  for (const SettingInfo& info : settingSchema()) addFlag(app, info, defaultText(info, defaults));
  app.add_option("--study", studyFile_,
                 wrapped("Study to start from, as the window saves it; flags given beside it win."))
      ->option_text("STUDY.json");
}

void SettingFlags::addSome(CLI::App& app, std::span<const std::string_view> keys, const std::string& start) {
  for (const std::string_view key : keys) addFlag(app, *findSetting(key), start);
}

Result<Study> SettingFlags::study(std::span<const SettingDefault> defaults) const {
  Study study;
  if (studyFile_.empty()) {
    for (const SettingDefault& one : defaults) AXESCOPE_CHECK(study.set(one.key, one.text));
  } else {
    AXESCOPE_TRY(study, readStudy(studyFile_));
  }
  for (const auto& [key, text] : texts_) AXESCOPE_CHECK(study.set(key, text));
  if (values_ == Values::one) AXESCOPE_CHECK(checkSingle(study));
  return study;
}

Status SettingFlags::checkSingle(const Study& study) const {
  for (const SettingInfo& info : settingSchema()) {
    const auto& values = study.values(info.key);
    if (values.size() > 1) {
      return fail(ErrorCode::invalidArgument, studyFile_, info.flag(), "one value", "'" + joined(values) + "'");
    }
  }
  return {};
}

std::vector<std::string> withSwitchValues(std::vector<std::string> arguments) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    for (const SettingInfo& info : settingSchema()) {
      if (!isSwitch(info) || arguments[i] != info.flag()) continue;
      if (i + 1 == arguments.size() || !parseValues(info, arguments[i + 1])) arguments[i] += "=on";
    }
  }
  return arguments;
}

}  // namespace axescope
