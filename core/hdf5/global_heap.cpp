// SPDX-License-Identifier: GPL-3.0-or-later
// HDF5 File Format Specification 3.0, section III.E (global heap).
#include "core/hdf5/global_heap.h"

#include <algorithm>
#include <cstring>
#include <span>

#include "core/hdf5/text.h"

namespace axescope::hdf5 {

namespace {

constexpr std::uint64_t headerBytes = 16;  // of a heap and of each object in it
constexpr std::uint64_t objectAlignment = 8;
constexpr int offsetOfSize = 8;  // in both headers

std::uint64_t littleEndian(std::span<const std::byte> bytes) {
  std::uint64_t value = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8U | std::to_integer<std::uint64_t>(bytes[i]);
  return value;
}

using Header = std::array<std::byte, headerBytes>;

bool readFromFile(const FileAccess& file, std::uint64_t address, void* buffer, std::uint64_t count) {
  file.stream->clear();
  file.stream->seekg(static_cast<std::streamoff>(address));
  file.stream->read(static_cast<char*>(buffer), static_cast<std::streamsize>(count));
  return file.stream->good();
}

/// Bytes at an address of the file, which is known to hold them.
bool readAt(const FileAccess& file, std::uint64_t address, void* buffer, std::uint64_t count) {
  constexpr std::uint64_t windowBytes = 1 << 14;
  if (count > windowBytes) return readFromFile(file, address, buffer, count);
  FileAccess::Window& window = file.window;
  const auto isInside = [&] {
    return address >= window.address && address - window.address <= window.bytes.size() &&
           count <= window.bytes.size() - (address - window.address);
  };
  if (!isInside()) {
    window = {address, std::vector<char>(std::min(windowBytes, file.bytes - address))};
    if (!readFromFile(file, address, window.bytes.data(), window.bytes.size())) window.bytes.clear();
  }
  if (!isInside()) return false;
  std::memcpy(buffer, window.bytes.data() + (address - window.address), count);
  return true;
}

/// Size of the heap at `address`, or nothing where there is no whole heap.
std::optional<std::uint64_t> heapSize(const FileAccess& file, std::uint64_t address) {
  Header header;
  if (address > file.bytes || file.bytes - address < headerBytes) return std::nullopt;
  if (!readAt(file, address, header.data(), header.size())) return std::nullopt;
  const std::uint64_t size = littleEndian(std::span(header).subspan(offsetOfSize, 8));
  constexpr std::array<char, 5> signatureAndVersion{'G', 'C', 'O', 'L', 1};
  if (std::memcmp(header.data(), signatureAndVersion.data(), signatureAndVersion.size()) != 0) return std::nullopt;
  if (size < headerBytes || size > file.bytes - address) return std::nullopt;
  return size;
}

struct HeapObject {
  std::uint64_t address = 0;
  std::uint64_t bytes = 0;
};

/// Walks the heap's objects up to the one wanted; every step stays inside the heap and moves forward.
std::optional<HeapObject> findObject(const FileAccess& file, std::uint64_t heap, std::uint64_t size,
                                     std::uint64_t wanted) {
  for (std::uint64_t position = headerBytes; size - position >= headerBytes;) {
    Header header;
    if (!readAt(file, heap + position, header.data(), header.size())) return std::nullopt;
    const std::uint64_t index = littleEndian(std::span(header).first(2));
    const std::uint64_t bytes = littleEndian(std::span(header).subspan(offsetOfSize, 8));
    const std::uint64_t room = size - position - headerBytes;
    if (index == 0 || bytes > room) return std::nullopt;  // 0: free space, the rest of the heap
    if (index == wanted) return HeapObject{heap + position + headerBytes, bytes};
    const std::uint64_t padded = (bytes + objectAlignment - 1) / objectAlignment * objectAlignment;
    if (padded > room) return std::nullopt;
    position += headerBytes + padded;
  }
  return std::nullopt;
}

/// The reference's own bytes are what is wanted: nothing to convert.
herr_t keepReference(hid_t source, hid_t target, H5T_cdata_t* data, std::size_t /*count*/, std::size_t /*stride*/,
                     std::size_t /*backgroundStride*/, void* /*buffer*/, void* /*background*/, hid_t /*transfer*/) {
  if (data->command != H5T_CONV_INIT) return 0;
  data->need_bkg = H5T_BKG_NO;
  const bool fits = H5Tis_variable_str(source) > 0 && H5Tget_size(source) == sizeof(HeapReference) &&
                    H5Tget_size(target) == sizeof(HeapReference);
  return fits ? 0 : -1;
}

bool registerConversion() {
  const TypeHandle text(H5Tcopy(H5T_C_S1));
  H5Tset_size(text.get(), H5T_VARIABLE);
  const TypeHandle reference(H5Tcreate(H5T_OPAQUE, sizeof(HeapReference)));
  return H5Tregister(H5T_PERS_SOFT, "axescope heap reference", text.get(), reference.get(), keepReference) >= 0;
}

}  // namespace

TypeHandle heapReferenceType() {
  static const bool registered = registerConversion();
  return registered ? TypeHandle(H5Tcreate(H5T_OPAQUE, sizeof(HeapReference))) : TypeHandle();
}

Result<std::string> readHeapText(const FileAccess& file, const std::string& object, const HeapReference& reference,
                                 std::uint64_t mostBytes) {
  const std::span bytes(reference);
  const std::uint64_t length = littleEndian(bytes.first(4));
  const std::uint64_t address = littleEndian(bytes.subspan(4, 8));
  const std::uint64_t index = littleEndian(bytes.subspan(12, 4));
  if (address == 0 || length == 0) return std::string{};
  if (length > mostBytes)
    return file.fail(ErrorCode::tooLarge, object, "text of at most " + describeBytes(mostBytes), describeBytes(length));
  if (address > file.bytes) return file.unreadable(object);
  const std::uint64_t heap = file.baseAddress + address;
  const std::optional<std::uint64_t> size = heapSize(file, heap);
  if (!size) return file.unreadable(object);
  const std::optional<HeapObject> found = findObject(file, heap, *size, index);
  if (!found || found->bytes < length) return file.unreadable(object);
  AXESCOPE_TRY(std::vector<char> text, allocate<char>(file, object, length));
  if (!readAt(file, found->address, text.data(), length)) return file.unreadable(object);
  return std::string(text.begin(), text.end());
}

}  // namespace axescope::hdf5
