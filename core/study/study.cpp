// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/study.h"

#include <algorithm>
#include <cassert>
#include <unordered_set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/dump/strict_json.h"

namespace axescope {

namespace {

using nlohmann::json;

std::size_t indexOf(std::string_view key) {
  const auto schema = settingSchema();
  return static_cast<std::size_t>(
      std::find_if(schema.begin(), schema.end(), [&](const SettingInfo& info) { return info.key == key; }) -
      schema.begin());
}

json valueToJson(const SettingValue& value) {
  return std::visit([](const auto& v) { return json(v); }, value);
}

template <class T>
std::vector<T> eachOnce(std::vector<T> all) {
  std::vector<T> unique;
  for (T& one : all) {
    if (std::find(unique.begin(), unique.end(), one) == unique.end()) unique.push_back(std::move(one));
  }
  return unique;
}

std::string identity(const PointSettings& point) {
  std::string text;
  for (const SettingInfo& info : settingSchema()) text += toText(info.get(point)) + '\n';
  return text;
}

// The next combination, the last setting fastest; false after the last one.
bool advance(const std::vector<std::vector<SettingValue>>& grid, std::vector<std::size_t>& at) {
  for (std::size_t setting = grid.size(); setting-- > 0;) {
    if (++at[setting] < grid[setting].size()) return true;
    at[setting] = 0;
  }
  return false;
}

json listToJson(const std::vector<SettingValue>& values) {
  json list = json::array();
  for (const SettingValue& value : values) list.push_back(valueToJson(value));
  return list;
}

Result<json> parseObject(const std::string& text, const std::string& file) {
  constexpr int deepest = 8;
  AXESCOPE_TRY(json parsed, parseStrictJson(text, deepest, file, {}));
  if (!parsed.is_object()) return fail(ErrorCode::unsupported, file, {}, "a JSON object", "something else");
  return parsed;
}

// One JSON value of a setting: a number, a name, or text in command-line syntax.
Result<std::vector<SettingValue>> valuesFromJson(const SettingInfo& info, const json& value, const std::string& file) {
  const auto inFile = [&](Error error) {
    error.file = file;
    return fail(std::move(error));
  };
  if (value.is_array()) {
    std::vector<SettingValue> all;
    for (const json& item : value) {
      if (item.is_array())
        return fail(ErrorCode::invalidArgument, file, info.flag(), "a flat list", "a list in a list");
      AXESCOPE_TRY(const auto some, valuesFromJson(info, item, file));
      all.insert(all.end(), some.begin(), some.end());
    }
    return all;
  }
  SettingValue single;
  if (value.is_string()) {
    auto values = parseValues(info, value.get<std::string>());
    return values ? values : Result<std::vector<SettingValue>>(inFile(values.error()));
  }
  if (value.is_boolean()) {
    single = std::string(value.get<bool>() ? "on" : "off");
  } else if (value.is_number_integer() && info.kind == SettingKind::integer &&
             !(value.is_number_unsigned() && value.get<std::uint64_t>() > (std::uint64_t{1} << 62))) {
    single = value.get<std::int64_t>();
  } else if (value.is_number() && info.kind == SettingKind::real) {
    single = value.get<double>();
  } else {
    return fail(ErrorCode::invalidArgument, file, info.flag(), "a number, a name or a list of them", value.dump());
  }
  if (auto status = checkValue(info, single); !status) return inFile(status.error());
  return std::vector<SettingValue>{single};
}

Status setFromJson(Study& study, const json& settings, const std::string& file) {
  for (const auto& [key, value] : settings.items()) {
    const SettingInfo* info = findSetting(key);
    if (info == nullptr) return fail(ErrorCode::invalidArgument, file, key, "the name of a setting", "an unknown one");
    AXESCOPE_TRY(auto values, valuesFromJson(*info, value, file));
    if (auto status = study.set(key, std::move(values)); !status) {
      Error error = std::move(status).error();
      error.file = file;
      return fail(std::move(error));
    }
  }
  return {};
}

}  // namespace

Study::Study() : grids_(1) {
  const PointSettings defaults;
  for (const SettingInfo& info : settingSchema()) grids_.front().push_back({info.get(defaults)});
}

std::vector<SettingValue> Study::values(std::string_view key) const {
  const std::size_t index = indexOf(key);
  std::vector<SettingValue> all;
  for (const Grid& grid : grids_) {
    assert(index < grid.size());
    all.insert(all.end(), grid[index].begin(), grid[index].end());
  }
  return eachOnce(std::move(all));
}

bool Study::differs(std::size_t setting) const {
  return std::any_of(grids_.begin(), grids_.end(),
                     [&](const Grid& grid) { return grid[setting] != grids_.front()[setting]; });
}

std::vector<std::string_view> Study::differing() const {
  std::vector<std::string_view> keys;
  const auto schema = settingSchema();
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (differs(i)) keys.push_back(schema[i].key);
  }
  return keys;
}

Status Study::set(std::string_view key, std::vector<SettingValue> values) {
  const SettingInfo* info = findSetting(key);
  if (info == nullptr) {
    return fail(ErrorCode::invalidArgument, {}, std::string(key), "the name of a setting", "an unknown one");
  }
  if (values.empty() || (values.size() > 1 && !info->sweepable)) {
    return fail(ErrorCode::invalidArgument, {}, info->flag(), info->sweepable ? "at least one value" : "one value",
                fmt::format("{}", values.size()));
  }
  for (const SettingValue& value : values) AXESCOPE_CHECK(checkValue(*info, value));
  values = eachOnce(std::move(values));
  for (Grid& grid : grids_) grid[indexOf(key)] = values;
  grids_ = eachOnce(std::move(grids_));
  return {};
}

Status Study::set(std::string_view key, std::string_view text) {
  const SettingInfo* info = findSetting(key);
  if (info == nullptr) return set(key, std::vector<SettingValue>{});
  AXESCOPE_TRY(auto values, parseValues(*info, text));
  return set(key, std::move(values));
}

Result<std::vector<PointSettings>> Study::points(const StudyDefaults& defaults) const {
  constexpr std::size_t mostPoints = 10'000'000;
  std::size_t total = 0;
  for (const Grid& grid : grids_) {
    std::size_t combinations = 1;
    for (const auto& values : grid) {
      combinations *= values.size();
      if (total + combinations > mostPoints) {
        return fail(ErrorCode::tooLarge, {}, "study", fmt::format("at most {} points", mostPoints), "more");
      }
    }
    total += combinations;
  }
  std::vector<PointSettings> points;
  std::unordered_set<std::string> seen;
  for (const Grid& grid : grids_) {
    std::vector<std::size_t> at(grid.size(), 0);
    do {
      PointSettings point;
      for (std::size_t i = 0; i < grid.size(); ++i) settingSchema()[i].set(point, grid[i][at[i]]);
      if (point.propagation == Propagation::automatic) {
        point.propagation = defaults.propagation ? Propagation::on : Propagation::off;
      }
      if (point.lastLayer == LastLayer::automatic) {
        point.lastLayer = defaults.lastLayerInFloat ? LastLayer::floating : LastLayer::quantized;
      }
      AXESCOPE_CHECK(validate(point));
      point = canonical(std::move(point));
      if (seen.insert(identity(point)).second) points.push_back(std::move(point));
    } while (advance(grid, at));
  }
  return points;
}

std::string Study::toJson() const {
  const PointSettings defaults;
  json settings = json::object();
  json grids = json::array();
  for (std::size_t grid = 0; grid < gridCount(); ++grid) grids.push_back(json::object());
  const auto schema = settingSchema();
  for (std::size_t i = 0; i < schema.size(); ++i) {
    const std::string key(schema[i].key);
    const auto& first = grids_.front()[i];
    if (differs(i)) {
      for (std::size_t grid = 0; grid < gridCount(); ++grid) grids[grid][key] = listToJson(grids_[grid][i]);
    } else if (first.size() != 1 || first.front() != schema[i].get(defaults)) {
      settings[key] = listToJson(first);
    }
  }
  json study{{"format", "axescope-study"}, {"version", 1}, {"settings", std::move(settings)}};
  if (gridCount() > 1) study["union"] = std::move(grids);
  return study.dump(2);
}

Result<Study> Study::fromJson(const std::string& text, const std::string& file) {
  AXESCOPE_TRY(const json parsed, parseObject(text, file));
  if (parsed.value("format", json()) != "axescope-study") {
    return fail(ErrorCode::unsupported, file, "format", "\"axescope-study\"", parsed.value("format", json()).dump());
  }
  if (parsed.value("version", json()) != 1) {
    return fail(ErrorCode::unsupported, file, "version", "1", parsed.value("version", json()).dump());
  }
  const json settings = parsed.value("settings", json::object());
  if (!settings.is_object()) return fail(ErrorCode::unsupported, file, "settings", "an object", "something else");
  Study study;
  AXESCOPE_CHECK(setFromJson(study, settings, file));
  if (!parsed.contains("union")) return study;
  const json& grids = parsed.at("union");
  if (!grids.is_array() || grids.empty()) {
    return fail(ErrorCode::unsupported, file, "union", "a list of at least one object of settings", grids.dump());
  }
  std::vector<Grid> all;
  for (const json& own : grids) {
    if (!own.is_object()) return fail(ErrorCode::unsupported, file, "union", "objects of settings", own.dump());
    for (const auto& [key, value] : own.items()) {
      const SettingInfo* info = findSetting(key);
      if (info == nullptr || info->sweepable) continue;
      return fail(ErrorCode::invalidArgument, file, info->flag(), "one value for all grids of the union, in settings",
                  value.dump());
    }
    Study one = study;
    AXESCOPE_CHECK(setFromJson(one, own, file));
    all.push_back(std::move(one.grids_.front()));
  }
  study.grids_ = eachOnce(std::move(all));
  return study;
}

std::string toJson(const PointSettings& settings) {
  json object = json::object();
  for (const SettingInfo& info : settingSchema()) object[std::string(info.key)] = valueToJson(info.get(settings));
  return object.dump();
}

Result<PointSettings> settingsFromJson(const std::string& text, const std::string& file) {
  AXESCOPE_TRY(const json parsed, parseObject(text, file));
  PointSettings settings;
  for (const auto& [key, value] : parsed.items()) {
    const SettingInfo* info = findSetting(key);
    if (info == nullptr) continue;  // settings of a newer version that this one does not have
    AXESCOPE_TRY(const auto values, valuesFromJson(*info, value, file));
    if (values.size() != 1) return fail(ErrorCode::invalidArgument, file, info->flag(), "one value", value.dump());
    info->set(settings, values.front());
  }
  return settings;
}

}  // namespace axescope
