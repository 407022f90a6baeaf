// SPDX-License-Identifier: GPL-3.0-or-later
// A file's bytes, read without the library: values that lie in it as this machine keeps them need nobody to parse them.
// Internal to this floor.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <sys/stat.h>

#include "core/hdf5/file_descriptor.h"

namespace axescope::hdf5 {

/// What tells a file from another one that was put in its place, or that was written into.
struct FileState {
  dev_t device = 0;
  ino_t number = 0;
  off_t bytes = 0;
  timespec changed{};
  /// Of what has the name now.
  static std::optional<FileState> of(const std::string& path);
  bool operator==(const FileState& other) const;
};

class PlainFile {
 public:
  /// Nothing where there is no regular file that may be read.
  static std::optional<PlainFile> open(const std::string& path);
  const FileState& state() const { return state_; }
  /// Values one after another; nothing where the file had no such bytes when it was opened, or has not any more.
  /// Throws what std::vector does.
  template <class T>
  std::optional<std::vector<T>> values(std::uint64_t offset, std::size_t count) const;

 private:
  bool has(std::uint64_t offset, std::uint64_t bytes) const;
  bool read(std::uint64_t offset, std::span<std::byte> target) const;

  PlainFile(FileDescriptor file, const FileState& state) : file_(std::move(file)), state_(state) {}
  FileDescriptor file_;
  FileState state_;
};

}  // namespace axescope::hdf5
