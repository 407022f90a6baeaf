// SPDX-License-Identifier: GPL-3.0-or-later
// The memory that an HDF5 file grows in. Internal to this floor.
#pragma once

#include <cstddef>
#include <span>

#include "core/hdf5/handle.h"

namespace axescope::hdf5 {

/// Small files grow in the process's memory. A larger one goes on in its temporary file, whose pages are mapped: the
/// system takes them out of memory as it likes, and room on the disk is claimed before it is used, so that a full disk
/// is an error here and nowhere later. Where a file system maps no files, all stays in memory.
class FileImage {
 public:
  /// descriptor: the empty temporary file, readable and writable, which outlives this.
  FileImage(int descriptor, std::size_t mostInMemory) : descriptor_(descriptor), mostInMemory_(mostInMemory) {}
  FileImage(const FileImage&) = delete;
  FileImage& operator=(const FileImage&) = delete;
  ~FileImage();

  /// A new HDF5 file that grows here, invalid where the library fails. It must be closed before this goes. `name` tells
  /// it from others that are open.
  FileHandle createFile(const char* name);

  /// Whether the content is that of the temporary file already.
  bool isInFile() const { return inFile_; }
  std::span<const std::byte> content(std::size_t bytes) const { return {memory_, bytes}; }
  /// Why the image did not grow, as errno has it; 0 where it did.
  int failure() const { return failure_; }

 private:
  void* resize(std::size_t bytes);
  bool growInMemory(std::size_t bytes);
  bool growInFile(std::size_t bytes);

  int descriptor_;
  std::size_t mostInMemory_;
  std::byte* memory_ = nullptr;
  std::size_t size_ = 0;
  bool inFile_ = false;
  bool canMap_ = true;
  int failure_ = 0;
};

}  // namespace axescope::hdf5
