// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/bench/temporary_folder.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <system_error>

#include <fmt/format.h>

namespace axescope::bench {

Result<std::shared_ptr<const TemporaryFolder>> TemporaryFolder::create(std::uintmax_t bytes) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  if (error) return fail(ErrorCode::writeFailed, "TMPDIR", {}, "a folder for temporary files", error.message());
  const fs::space_info space = fs::space(parent, error);
  if (error || space.available < bytes) {
    constexpr std::uintmax_t mebibyte = 1U << 20U;
    return fail(ErrorCode::writeFailed, parent.string(), {},
                fmt::format("{} MiB of free disk (TMPDIR names another folder)", bytes / mebibyte),
                error ? error.message() : fmt::format("{} MiB", space.available / mebibyte));
  }
  std::string name = (parent / "axescope-bench-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    return fail(ErrorCode::writeFailed, parent.string(), {}, "a new folder", std::generic_category().message(errno));
  }
  return std::shared_ptr<const TemporaryFolder>(new TemporaryFolder(name));
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace axescope::bench
