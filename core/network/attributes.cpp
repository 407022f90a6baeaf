// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/attributes.h"

#include <cmath>
#include <limits>

namespace axescope {

bool Attributes::has(const std::string& key) const {
  return values_.is_object() && values_.contains(key) && !values_.at(key).is_null();
}

const char* Attributes::expectation(double) {
  return "a finite number";
}
const char* Attributes::expectation(std::int64_t) {
  return "an integer";
}
const char* Attributes::expectation(bool) {
  return "true or false";
}
const char* Attributes::expectation(const std::string&) {
  return "text";
}
const char* Attributes::expectation(const std::vector<double>&) {
  return "a list of finite numbers";
}
const char* Attributes::expectation(const std::vector<std::int64_t>&) {
  return "a list of integers";
}
const char* Attributes::expectation(Extent) {
  return "an integer or two (height, width)";
}
const char* Attributes::expectation(Margins) {
  return "an integer, two (height, width) or four (top, bottom, left, right)";
}

const char* Attributes::expectation(const nlohmann::json&) {
  return "an object";
}

bool Attributes::read(const nlohmann::json& json, double& value) {
  if (!json.is_number()) return false;
  value = json.get<double>();
  return std::isfinite(value);
}

bool Attributes::read(const nlohmann::json& json, std::int64_t& value) {
  if (!json.is_number_integer()) return false;
  if (json.is_number_unsigned() &&
      json.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    return false;
  }
  value = json.get<std::int64_t>();
  return true;
}

bool Attributes::read(const nlohmann::json& json, bool& value) {
  // Exporters that know no booleans write 0 and 1.
  if (json.is_boolean()) {
    value = json.get<bool>();
    return true;
  }
  std::int64_t number = 0;
  if (!read(json, number) || number < 0 || number > 1) return false;
  value = number == 1;
  return true;
}

bool Attributes::read(const nlohmann::json& json, std::string& value) {
  if (!json.is_string()) return false;
  value = json.get<std::string>();
  return true;
}

template <class T>
bool Attributes::read(const nlohmann::json& json, std::vector<T>& values) {
  if (!json.is_array()) return false;
  for (const nlohmann::json& item : json) {
    T value{};
    if (!read(item, value)) return false;
    values.push_back(value);
  }
  return true;
}
template bool Attributes::read(const nlohmann::json& json, std::vector<double>& values);
template bool Attributes::read(const nlohmann::json& json, std::vector<std::int64_t>& values);

bool Attributes::read(const nlohmann::json& json, Extent& value) {
  std::vector<std::int64_t> list(1);
  if (!read(json, list.front())) {
    list.clear();
    if (!read(json, list) || list.size() != 2) return false;
  }
  value = {list.front(), list.back()};
  return true;
}

bool Attributes::read(const nlohmann::json& json, Margins& value) {
  if (Extent both; read(json, both)) {
    value = {both.y, both.y, both.x, both.x};
    return true;
  }
  std::vector<std::int64_t> list;
  if (!read(json, list) || list.size() != 4) return false;
  value = {list[0], list[1], list[2], list[3]};
  return true;
}

bool Attributes::read(const nlohmann::json& json, nlohmann::json& value) {
  if (!json.is_object()) return false;
  value = json;
  return true;
}

std::string Attributes::excerpt(const std::string& key) const {
  constexpr std::size_t longest = 60;
  std::string text = values_.at(key).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  if (text.size() > longest) text = text.substr(0, longest) + "...";
  return text;
}

}  // namespace axescope
