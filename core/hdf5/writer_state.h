// SPDX-License-Identifier: GPL-3.0-or-later
// Internal to this floor; every function expects the caller to hold a LibraryLock.
#pragma once

#include <memory>

#include "core/hdf5/file_image.h"
#include "core/hdf5/handle.h"
#include "core/hdf5/replacement_file.h"
#include "core/hdf5/writer.h"

namespace axescope::hdf5 {

struct Writer::State {
  std::string name;  // target as given by the user, for messages
  ReplacementFile replacement;
  std::unique_ptr<FileImage> memory;  // that the image grows in
  FileHandle image;                   // closed by commit()

  tl::unexpected<Error> fail(ErrorCode code, const std::string& object, std::string expected, std::string found) const {
    return axescope::fail(code, name, object, std::move(expected), std::move(found));
  }
  /// With the system's reason, where the image could not grow.
  tl::unexpected<Error> failedToStore(const std::string& object, std::string expected) const;
  /// Errors: invalidArgument when the path is taken or the file is already committed.
  Status checkFree(const std::string& path) const;
  Result<DatasetHandle> createDataset(const std::string& path, hid_t type, Shape shape, std::size_t bytesPerElement);
  Status write(const std::string& path, hid_t fileType, hid_t memoryType, Shape shape, std::size_t bytesPerElement,
               const void* values);
};

/// Creates missing groups on the way, names in UTF-8.
PropertyHandle linkProperties();
/// UTF-8 text of `bytes` bytes, or of variable length.
TypeHandle textType(std::size_t bytes);

}  // namespace axescope::hdf5
