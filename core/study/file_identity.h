// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

namespace axescope {

/// What tells a file from another one of the same name, and from itself after someone wrote into it. A change of the
/// same length within one tick of the file system's clock goes unnoticed.
struct FileIdentity {
  std::uint64_t device = 0;
  std::uint64_t node = 0;
  std::int64_t bytes = 0;
  std::int64_t seconds = 0;  // of the last change of its content
  std::int64_t nanoseconds = 0;

  bool isSameFile(const FileIdentity& other) const { return device == other.device && node == other.node; }
  friend bool operator==(const FileIdentity&, const FileIdentity&) = default;
};

/// Of the file that a path leads to; none where nothing is there.
std::optional<FileIdentity> identityOf(const std::filesystem::path& path);

}  // namespace axescope
