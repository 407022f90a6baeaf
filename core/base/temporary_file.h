// SPDX-License-Identifier: GPL-3.0-or-later
// Bytes for which memory is too short.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "core/base/error.h"

namespace axescope {

/// A file without a name, gone with this object however the process ends; in the folder that TMPDIR names, else in
/// /var/tmp, which unlike /tmp is never memory. Reading is safe from several threads.
class TemporaryFile {
 public:
  /// Errors: writeFailed.
  static Result<TemporaryFile> create();
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&& other) noexcept;
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  /// Where the bytes begin in the file. Errors: writeFailed, of a full disk.
  Result<std::int64_t> append(std::span<const std::byte> bytes);
  /// Bytes that were appended. Errors: corrupt, of a disk that gives them back no more.
  Status read(std::int64_t offset, std::span<std::byte> bytes) const;

 private:
  TemporaryFile(int descriptor, std::string folder) : descriptor_(descriptor), folder_(std::move(folder)) {}

  int descriptor_ = -1;
  std::string folder_;  // for errors
  std::int64_t size_ = 0;
};

}  // namespace axescope
