// SPDX-License-Identifier: GPL-3.0-or-later
// A file opened for reading, and the guarded way to its objects. Internal to this floor; every function expects the
// caller to hold a LibraryLock.
#pragma once

#include <cstdint>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/hdf5/handle.h"
#include "core/hdf5/reader.h"

namespace axescope::hdf5 {

struct FileAccess {
  std::string name;  // path as given by the user, for messages
  FileHandle file;
  Limits limits;
  std::uint64_t bytes = 0;  // size on disk: no honest object stores more

  /// The same file for our own reading (global_heap.h), and where its addresses count from.
  std::unique_ptr<std::ifstream> stream;
  struct Window {
    std::uint64_t address = 0;
    std::vector<char> bytes;
  };
  mutable Window window;  // what was last read of it: heaps are walked in small steps
  std::uint64_t baseAddress = 0;

  /// Datasets that passed all guards; the file is read-only, so once is enough.
  std::map<std::string, DatasetInfo> checked;

  tl::unexpected<Error> fail(ErrorCode code, const std::string& object, std::string expected, std::string found) const {
    return axescope::fail(code, name, object, std::move(expected), std::move(found));
  }
  /// The library could not make sense of the metadata behind `object`. Its caches may now point to freed memory
  /// (1.10.8 after a failed attribute), so nothing more is asked of this file.
  tl::unexpected<Error> corrupt(const std::string& object) const {
    damaged = true;
    return unreadable(object);
  }
  /// Stored values that cannot be read: a checksum or compressed stream is wrong. Other datasets may be whole.
  tl::unexpected<Error> unreadable(const std::string& object) const {
    return fail(ErrorCode::corrupt, object, "readable data", "a truncated or damaged HDF5 file");
  }
  mutable bool damaged = false;
};

Result<FileAccess> openFile(const std::filesystem::path& path, const Limits& limits);

// object_path.cpp: links

/// Opens a group or dataset, each step of the path checked: hard links only, no group inside itself.
/// Errors: notFound, refused, corrupt.
Result<ObjectHandle> openObject(const FileAccess& file, const std::string& path);
Result<ObjectHandle> openGroup(const FileAccess& file, const std::string& path);
Result<ObjectHandle> openDataset(const FileAccess& file, const std::string& path);

struct Member {
  std::string name;
  bool isGroup = false;
};
/// Members of an opened group in name order. Errors: refused, tooLarge, corrupt.
Result<std::vector<Member>> members(const FileAccess& file, hid_t group, const std::string& path);
/// Paths of all datasets below a group, each object visited once. Errors as members().
Result<std::vector<std::string>> datasetsBelow(const FileAccess& file, const std::string& group);

// type_guard.cpp: element types

struct NumericType {
  ElementKind kind = ElementKind::real;
  int bytes = 0;
  bool isUnsigned = false;
};
/// IEEE half, single, double or bfloat16, or an integer of 1, 2, 4 or 8 whole bytes, of either byte order.
/// Errors: wrongType, saying what is there.
Result<NumericType> numericType(const FileAccess& file, hid_t type, const std::string& object);
/// "variable-length strings", "a compound type", …
std::string describeType(hid_t type);

// storage_guard.cpp: where and how a dataset's bytes are kept

struct StoredDataset {
  TypeHandle type;
  SpaceHandle space;
  std::vector<std::int64_t> shape;
};
/// A dataset of any element type: no virtual layout, no external files, known filters only, a declared size of at
/// most `mostBytes`, and stored bytes that exist in the file and can inflate to that size and no further.
/// Errors: refused, empty (null dataspace), tooLarge, corrupt.
Result<StoredDataset> checkedStorage(const FileAccess& file, hid_t dataset, const std::string& path,
                                     std::uint64_t mostBytes);
/// The same for a dataset of numbers.
Result<DatasetInfo> checkedDataset(FileAccess& file, const ObjectHandle& dataset, const std::string& path);
/// Shape with an overflow-safe size of at most `mostBytes`. Errors: empty, tooLarge, corrupt.
Result<std::vector<std::int64_t>> checkedShape(const FileAccess& file, hid_t space, const std::string& object,
                                               std::uint64_t bytesPerElement, std::uint64_t mostBytes);

// reader_text.cpp: strings

/// Fills a buffer with all elements of an attribute or dataset, in the memory layout of `type`.
using ReadElements = std::function<herr_t(hid_t type, void* buffer)>;
/// `count` strings of fixed or variable length, without their padding, checked to be UTF-8.
/// Errors: wrongType, tooLarge, corrupt.
Result<std::vector<std::string>> readTexts(const FileAccess& file, const std::string& object, hid_t type,
                                           std::uint64_t count, std::uint64_t mostBytes, const ReadElements& read);

// reader_attributes.cpp: attributes

struct OpenedAttribute {
  AttributeHandle handle;
  TypeHandle type;
  SpaceHandle space;
  std::vector<std::int64_t> shape;
  std::string label;  // "object@name", for messages

  std::int64_t elements() const;
};
/// Absent is an empty optional. Errors: those of openObject, empty, tooLarge.
Result<std::optional<OpenedAttribute>> openAttribute(const FileAccess& file, const std::string& object,
                                                     const std::string& name);
/// All elements of an attribute of text. Errors: as readTexts().
Result<std::vector<std::string>> readTexts(const FileAccess& file, const OpenedAttribute& attribute);

/// A buffer of `count` values, or tooLarge when the machine has not enough memory.
template <class T>
Result<std::vector<T>> allocate(const FileAccess& file, const std::string& object, std::uint64_t count) {
  try {
    return std::vector<T>(count);
  } catch (const std::exception&) {
    return file.fail(ErrorCode::tooLarge, object, "data that fits into memory",
                     std::to_string(count) + " values of " + std::to_string(sizeof(T)) + " bytes");
  }
}

}  // namespace axescope::hdf5
