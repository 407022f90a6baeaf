// SPDX-License-Identifier: GPL-3.0-or-later
// A file that replaces another one whole or not at all. Internal to this floor.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <span>
#include <string>

#include "core/base/error.h"

namespace axescope::hdf5 {

class ReplacementFile {
 public:
  /// Opens an empty temporary file ".<name>.tmp-<pid>-<n>" beside the target. A link to a file is followed, so that
  /// the file behind it is replaced. Errors: writeFailed.
  static Result<ReplacementFile> create(const std::filesystem::path& target);
  /// Removes temporary files of this target that a killed process left. Only for who knows that nobody else writes it.
  static void removeLeftovers(const std::filesystem::path& target);
  ReplacementFile(ReplacementFile&& other) noexcept;
  ReplacementFile& operator=(ReplacementFile&& other) noexcept;
  ReplacementFile(const ReplacementFile&) = delete;
  ReplacementFile& operator=(const ReplacementFile&) = delete;
  ~ReplacementFile();  // removes the temporary file unless commit() succeeded

  const std::filesystem::path& temporary() const { return temporary_; }
  /// Of the temporary file, to read and write.
  int descriptor() const { return descriptor_; }

  /// Writes the whole content, forces it to the disk and renames it over the target.
  /// `beforeRename` is asked right before the new file takes the name: an error of it leaves the target as it is.
  Status commit(std::span<const std::byte> content, const std::function<Status()>& beforeRename = {});
  /// The same where the first `size` bytes of the temporary file are the content already.
  Status commitInPlace(std::size_t size, const std::function<Status()>& beforeRename = {});

 private:
  ReplacementFile() = default;
  tl::unexpected<Error> failure(int code) const;

  std::string name_;  // target as given by the user, for messages
  std::filesystem::path target_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

}  // namespace axescope::hdf5
