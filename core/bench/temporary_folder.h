// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "core/base/error.h"

namespace axescope::bench {

/// A folder of its own for files that are needed during a benchmark; gone with its owner.
class TemporaryFolder {
 public:
  /// `bytes`: what must fit. Errors: writeFailed (no folder for temporary files, or too little room).
  static Result<std::shared_ptr<const TemporaryFolder>> create(std::uintmax_t bytes);
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace axescope::bench
