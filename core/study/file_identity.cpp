// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/file_identity.h"

#include <sys/stat.h>

namespace axescope {

std::optional<FileIdentity> identityOf(const std::filesystem::path& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return std::nullopt;
  return FileIdentity{.device = found.st_dev,
                      .node = found.st_ino,
                      .bytes = found.st_size,
                      .seconds = found.st_mtim.tv_sec,
                      .nanoseconds = found.st_mtim.tv_nsec};
}

}  // namespace axescope
