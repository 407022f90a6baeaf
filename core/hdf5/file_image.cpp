// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/file_image.h"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include <fcntl.h>
#include <sys/mman.h>

namespace axescope::hdf5 {

namespace {

constexpr std::size_t imageGrowth = std::size_t{4} << 20;

}  // namespace

FileImage::~FileImage() {
  if (inFile_) {
    ::munmap(memory_, size_);
  } else {
    std::free(memory_);
  }
}

FileHandle FileImage::createFile(const char* name) {
  const PropertyHandle access(H5Pcreate(H5P_FILE_ACCESS));
  const PropertyHandle creation(H5Pcreate(H5P_FILE_CREATE));
  H5Pset_fapl_core(access.get(), imageGrowth, 0);
  // The library asks for memory through these; that it gives back stays ours.
  H5FD_file_image_callbacks_t callbacks{};
  callbacks.image_malloc = [](std::size_t bytes, H5FD_file_image_op_t, void* self) {
    return static_cast<FileImage*>(self)->resize(bytes);
  };
  callbacks.image_realloc = [](void*, std::size_t bytes, H5FD_file_image_op_t, void* self) {
    return static_cast<FileImage*>(self)->resize(bytes);
  };
  callbacks.image_memcpy = [](void* to, const void* from, std::size_t bytes, H5FD_file_image_op_t, void*) {
    return std::memcpy(to, from, bytes);
  };
  callbacks.image_free = [](void*, H5FD_file_image_op_t, void*) -> herr_t { return 0; };
  callbacks.udata_copy = [](void* self) { return self; };
  callbacks.udata_free = [](void*) -> herr_t { return 0; };
  callbacks.udata = this;
  H5Pset_file_image_callbacks(access.get(), &callbacks);
  H5Pset_fclose_degree(access.get(), H5F_CLOSE_STRONG);
  // The oldest format that can hold the content: any HDF5 program reads it.
  H5Pset_libver_bounds(access.get(), H5F_LIBVER_EARLIEST, H5F_LIBVER_V110);
  H5Pset_obj_track_times(creation.get(), 0);
  return FileHandle(H5Fcreate(name, H5F_ACC_TRUNC, creation.get(), access.get()));
}

// Null where there is no room; the memory as it was stays valid then.
void* FileImage::resize(std::size_t bytes) {
  const bool wantsFile = inFile_ || (bytes > mostInMemory_ && canMap_);
  if (wantsFile ? growInFile(bytes) : growInMemory(bytes)) return memory_;
  if (wantsFile && !canMap_ && growInMemory(bytes)) return memory_;
  return nullptr;
}

bool FileImage::growInMemory(std::size_t bytes) {
  void* const grown = std::realloc(memory_, bytes);
  if (grown == nullptr) {
    failure_ = ENOMEM;
    return false;
  }
  memory_ = static_cast<std::byte*>(grown);
  size_ = bytes;
  return true;
}

bool FileImage::growInFile(std::size_t bytes) {
  if (bytes <= size_ && inFile_) return true;
  // A mapped page without room on the disk would end the process when it is written.
  const int full = ::posix_fallocate(descriptor_, 0, static_cast<off_t>(bytes));
  if (full != 0) {
    failure_ = full;
    return false;
  }
  void* const mapped = inFile_ ? ::mremap(memory_, size_, bytes, MREMAP_MAYMOVE)
                               : ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor_, 0);
  if (mapped == MAP_FAILED) {
    failure_ = errno;
    canMap_ = inFile_;
    return false;
  }
  auto* const grown = static_cast<std::byte*>(mapped);
  if (!inFile_) {
    std::copy(memory_, memory_ + std::min(size_, bytes), grown);
    std::free(memory_);
    inFile_ = true;
    failure_ = 0;
  } else {
    ::madvise(grown, size_, MADV_DONTNEED);  // the file has it; what is read again comes back
  }
  memory_ = grown;
  size_ = bytes;
  return true;
}

}  // namespace axescope::hdf5
