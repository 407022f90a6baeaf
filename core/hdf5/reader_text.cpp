// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <string_view>

#include "core/hdf5/global_heap.h"
#include "core/hdf5/library.h"
#include "core/hdf5/local_reader.h"
#include "core/hdf5/text.h"

namespace axescope::hdf5 {

namespace {

tl::unexpected<Error> tooLong(const FileAccess& file, const std::string& object, std::uint64_t mostBytes) {
  return file.fail(ErrorCode::tooLarge, object, "text of at most " + describeBytes(mostBytes), "more");
}

tl::unexpected<Error> notUtf8(const FileAccess& file, const std::string& object) {
  return file.fail(ErrorCode::wrongType, object, "text in UTF-8", "other bytes");
}

/// One fixed-length element without its padding.
std::string_view withoutPadding(std::string_view text, H5T_str_t padding) {
  text = text.substr(0, std::min(text.find('\0'), text.size()));
  if (padding == H5T_STR_SPACEPAD) text = text.substr(0, text.find_last_not_of(' ') + 1);
  return text;
}

Result<std::vector<std::string>> readVariable(const FileAccess& file, const std::string& object, std::uint64_t count,
                                              std::uint64_t mostBytes, const ReadElements& read) {
  if (count > mostBytes / sizeof(HeapReference)) return tooLong(file, object, mostBytes);
  const TypeHandle type = heapReferenceType();
  AXESCOPE_TRY(std::vector<HeapReference> references, allocate<HeapReference>(file, object, count));
  if (!type.valid() || read(type.get(), references.data()) < 0) return file.unreadable(object);
  std::vector<std::string> texts;
  // References may share one stored text, so the sum is what counts.
  std::uint64_t left = mostBytes;
  for (const HeapReference& reference : references) {
    AXESCOPE_TRY(std::string text, readHeapText(file, object, reference, left));
    left -= text.size();
    text.resize(std::min(text.find('\0'), text.size()));
    if (!isUtf8(text)) return notUtf8(file, object);
    texts.push_back(std::move(text));
  }
  return texts;
}

Result<std::vector<std::string>> readFixed(const FileAccess& file, const std::string& object, hid_t type,
                                           std::uint64_t count, std::uint64_t mostBytes, const ReadElements& read) {
  const std::size_t length = H5Tget_size(type);
  if (length == 0) return file.corrupt(object);
  if (count > mostBytes / length) return tooLong(file, object, mostBytes);
  AXESCOPE_TRY(std::vector<char> buffer, allocate<char>(file, object, count * length));
  if (read(type, buffer.data()) < 0) return file.unreadable(object);
  std::vector<std::string> texts;
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string_view text =
        withoutPadding(std::string_view(buffer.data() + i * length, length), H5Tget_strpad(type));
    if (!isUtf8(text)) return notUtf8(file, object);
    texts.emplace_back(text);
  }
  return texts;
}

}  // namespace

Result<std::vector<std::string>> readTexts(const FileAccess& file, const std::string& object, hid_t type,
                                           std::uint64_t count, std::uint64_t mostBytes, const ReadElements& read) {
  if (H5Tget_class(type) != H5T_STRING) return file.fail(ErrorCode::wrongType, object, "text", describeType(type));
  const htri_t isVariable = H5Tis_variable_str(type);
  if (isVariable < 0) return file.corrupt(object);
  return isVariable > 0 ? readVariable(file, object, count, mostBytes, read)
                        : readFixed(file, object, type, count, mostBytes, read);
}

Result<std::string> LocalReader::readString(const std::string& path) const {
  const LibraryLock lock;
  const FileAccess& file = file_;
  AXESCOPE_TRY(const ObjectHandle dataset, openDataset(file, path));
  AXESCOPE_TRY(const StoredDataset stored, checkedStorage(file, dataset.get(), path, file.limits.stringBytes));
  const hid_t type = stored.type.get();
  if (H5Tget_class(type) != H5T_STRING) return file.fail(ErrorCode::wrongType, path, "text", describeType(type));
  if (std::ranges::any_of(stored.shape, [](std::int64_t size) { return size != 1; }))
    return file.fail(ErrorCode::wrongShape, path, "one text", "texts of shape " + describeShape(stored.shape));
  const ReadElements read = [&](hid_t memoryType, void* buffer) {
    return H5Dread(dataset.get(), memoryType, H5S_ALL, H5S_ALL, H5P_DEFAULT, buffer);
  };
  AXESCOPE_TRY(auto texts, readTexts(file, path, type, 1, file.limits.stringBytes, read));
  return std::move(texts.front());
}

}  // namespace axescope::hdf5
