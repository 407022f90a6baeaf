// SPDX-License-Identifier: GPL-3.0-or-later
// JSON whose members know the line they stand on, for errors that a person can find.
#pragma once

#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace axescope {

struct JsonWithLines {
  nlohmann::ordered_json json;
  std::map<std::string, int> lines;  // by JSON pointer, "/rules/3/price"; from 1

  /// Of the pointer, or of the closest object around it.
  int lineOf(std::string pointer) const;
};

/// Errors, with the file: refused (no JSON, too deep, too large, a key twice in one object), each with its line.
Result<JsonWithLines> parseWithLines(const std::string& text, const std::string& file);

}  // namespace axescope
