// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/error.h"

namespace axescope {

/// A file that a command is to write.
struct OutputFile {
  std::string flag;
  std::filesystem::path path;
  bool isResults = false;  // a results file, which takes names beside it
};

/// Before any work: each output has a name, its folder exists and can be written to, and it is neither one of the
/// inputs nor another output nor what a results file keeps beside itself, however the names are spelt; empty inputs do
/// not count. Errors: invalidArgument, writeFailed.
Status checkOutputs(const std::vector<OutputFile>& outputs, const std::vector<std::filesystem::path>& inputs);

/// The whole text or nothing. Errors: writeFailed.
Status writeText(const std::filesystem::path& path, const std::string& text);

}  // namespace axescope
