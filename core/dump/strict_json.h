// SPDX-License-Identifier: GPL-3.0-or-later
// JSON that strangers wrote.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace axescope {

/// Nesting of at most `deepest` levels, found before anything is built: what walks through a value may call itself.
/// No key twice in one object, of which a parser silently drops one. Errors: refused, corrupt, of `object` in `file`.
Result<nlohmann::json> parseStrictJson(const std::string& text, int deepest, const std::string& file,
                                       const std::string& object);

}  // namespace axescope
