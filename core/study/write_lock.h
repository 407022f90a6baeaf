// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

#include "core/base/error.h"

namespace axescope {

/// One writer for a file: "<name>.lock" beside it, held while this object lives. The kernel lets go of it whatever
/// happens to the process.
class WriteLock {
 public:
  static std::filesystem::path pathOf(const std::filesystem::path& target);
  /// Errors: inUse when another holder lives, writeFailed.
  static Result<WriteLock> take(const std::filesystem::path& target);
  /// Where someone removed the lock's file while it was held, it is taken anew. Errors: as take().
  Status keep();
  WriteLock(WriteLock&& other) noexcept;
  WriteLock& operator=(WriteLock&& other) noexcept;
  WriteLock(const WriteLock&) = delete;
  WriteLock& operator=(const WriteLock&) = delete;
  ~WriteLock();

 private:
  WriteLock() = default;
  std::filesystem::path target_;
  std::string path_;
  int descriptor_ = -1;
};

}  // namespace axescope
