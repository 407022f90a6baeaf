// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "core/base/error.h"

namespace axescope {

/// A whole file of at most `mostBytes`. `what` says what was expected there: "a study file". Errors, with the path as
/// file: notFound, tooLarge.
Result<std::string> readTextFile(const std::string& path, std::int64_t mostBytes, const std::string& what);

}  // namespace axescope
