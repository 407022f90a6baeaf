// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "core/base/error.h"

namespace axescope {

/// SHA-256 of a file's bytes as 64 hexadecimal digits, read in pieces of 1 MiB.
Result<std::string> sha256OfFile(const std::filesystem::path& path);

}  // namespace axescope
