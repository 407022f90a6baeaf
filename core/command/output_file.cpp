// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/command/output_file.h"

#include <cerrno>
#include <span>
#include <system_error>

#include <unistd.h>

#include "core/hdf5/replacement_file.h"

namespace axescope {

Status checkOutput(const std::string& flag, const std::filesystem::path& output, const std::filesystem::path& input) {
  if (output.empty()) return fail(ErrorCode::invalidArgument, {}, flag, "the name of a file", "none");
  std::error_code ignored;
  if (std::filesystem::equivalent(output, input, ignored)) {
    return fail(ErrorCode::invalidArgument, {}, flag, "another file than the input", "'" + output.string() + "'");
  }
  if (std::filesystem::is_directory(output, ignored)) {
    return fail(ErrorCode::writeFailed, output.string(), {}, "the name of a file", "a folder");
  }
  const std::filesystem::path folder = output.has_parent_path() ? output.parent_path() : std::filesystem::path(".");
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return fail(ErrorCode::writeFailed, output.string(), {}, "a folder that can be written to",
                std::generic_category().message(errno));
  }
  return {};
}

Status writeText(const std::filesystem::path& path, const std::string& text) {
  AXESCOPE_TRY(hdf5::ReplacementFile file, hdf5::ReplacementFile::create(path));
  return file.commit(std::as_bytes(std::span(text)));
}

}  // namespace axescope
