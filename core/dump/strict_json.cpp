// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/strict_json.h"

#include <set>
#include <vector>

namespace axescope {

namespace {

using nlohmann::json;

/// Nesting of brackets outside strings, before anything is built from them.
bool isTooDeep(const std::string& text, int deepest) {
  int level = 0;
  bool inString = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inString) {
      if (c == '\\') ++i;
      if (c == '"') inString = false;
      continue;
    }
    if (c == '"') inString = true;
    if (c == '{' || c == '[') ++level;
    if (c == '}' || c == ']') --level;
    if (level > deepest) return true;
  }
  return false;
}

/// Parses; `duplicate` is the first key that an object has twice, which the result would silently drop.
json parseWatched(const std::string& text, std::string& duplicate) {
  std::vector<std::set<std::string>> keys;
  const auto watch = [&](int /*depth*/, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(value.get<std::string>()).second && duplicate.empty())
      duplicate = value.get<std::string>();
    return true;
  };
  constexpr bool allowExceptions = false;
  return json::parse(text, watch, allowExceptions);
}

}  // namespace

Result<json> parseStrictJson(const std::string& text, int deepest, const std::string& file, const std::string& object) {
  if (isTooDeep(text, deepest)) {
    return fail(ErrorCode::refused, file, object, "at most " + std::to_string(deepest) + " levels of nesting", "more");
  }
  std::string duplicate;
  json root = parseWatched(text, duplicate);
  if (root.is_discarded()) return fail(ErrorCode::corrupt, file, object, "JSON", "text that is no JSON");
  if (!duplicate.empty()) return fail(ErrorCode::corrupt, file, object, "each key once", "\"" + duplicate + "\" twice");
  return root;
}

}  // namespace axescope
