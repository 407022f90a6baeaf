// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "core/base/error.h"

namespace axescope {

/// Before any work: the file of `flag` has a name, its folder exists and can be written to, and it is not the input.
/// Errors: invalidArgument, writeFailed.
Status checkOutput(const std::string& flag, const std::filesystem::path& output, const std::filesystem::path& input);

/// The whole text or nothing. Errors: writeFailed.
Status writeText(const std::filesystem::path& path, const std::string& text);

}  // namespace axescope
