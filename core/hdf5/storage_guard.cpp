// SPDX-License-Identifier: GPL-3.0-or-later
// Where a dataset's bytes come from and how many there can be. A header of a few bytes may declare terabytes, may
// name other files, or may inflate without end: nothing is allocated before these checks.
#include <algorithm>
#include <array>
#include <cmath>

#include "core/hdf5/file_access.h"
#include "core/hdf5/text.h"

namespace axescope::hdf5 {

namespace {

/// a·b, or nothing when it exceeds `most`.
std::optional<std::uint64_t> boundedProduct(std::uint64_t a, std::uint64_t b, std::uint64_t most) {
  if (b != 0 && a > most / b) return std::nullopt;
  return a * b;
}

Status checkFilters(const FileAccess& file, hid_t properties, const std::string& path) {
  const std::string expected = "only the filters deflate, shuffle, fletcher32 and szip";
  const int filters = H5Pget_nfilters(properties);
  if (filters < 0) return file.corrupt(path);
  int compressors = 0;
  for (unsigned i = 0; i < static_cast<unsigned>(filters); ++i) {
    unsigned flags = 0;
    unsigned configuration = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter = H5Pget_filter2(properties, i, &flags, &values, nullptr, 0, nullptr, &configuration);
    if (filter == H5Z_FILTER_DEFLATE || filter == H5Z_FILTER_SZIP) {
      ++compressors;
    } else if (filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32) {
      return file.fail(ErrorCode::refused, path, expected, "filter number " + std::to_string(filter));
    }
  }
  // Two in a row multiply their compression ratios.
  if (compressors > 1) return file.fail(ErrorCode::refused, path, "at most one compressing filter", "several");
  return {};
}

bool compresses(hid_t properties) {
  for (const H5Z_filter_t filter : {H5Z_FILTER_DEFLATE, H5Z_FILTER_SZIP}) {
    unsigned flags = 0;
    std::size_t values = 0;
    if (H5Pget_filter_by_id2(properties, filter, &flags, &values, nullptr, 0, nullptr, nullptr) >= 0) return true;
  }
  return false;
}

struct ChunkGrid {
  std::vector<hsize_t> chunk;  // elements along each axis
  std::uint64_t chunkBytes = 0;
  std::uint64_t chunks = 0;
};

Result<ChunkGrid> chunkGrid(const FileAccess& file, hid_t properties, const std::string& path,
                            const std::vector<std::int64_t>& shape, std::uint64_t bytesPerElement) {
  ChunkGrid grid;
  grid.chunk.resize(shape.size());
  const int rank = static_cast<int>(shape.size());
  if (H5Pget_chunk(properties, rank, grid.chunk.data()) != rank) return file.corrupt(path);
  std::optional<std::uint64_t> bytes = bytesPerElement;
  std::optional<std::uint64_t> chunks = 1;
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (grid.chunk[axis] == 0) return file.corrupt(path);
    const auto size = static_cast<std::uint64_t>(shape[axis]);
    bytes = boundedProduct(*bytes, grid.chunk[axis], file.limits.readBytes);
    if (!bytes) {
      return file.fail(ErrorCode::tooLarge, path, "chunks of at most " + describeBytes(file.limits.readBytes),
                       "larger ones");
    }
    chunks =
        boundedProduct(*chunks, size / grid.chunk[axis] + (size % grid.chunk[axis] != 0 ? 1 : 0), file.limits.chunks);
    if (!chunks) {
      return file.fail(ErrorCode::tooLarge, path, "at most " + std::to_string(file.limits.chunks) + " chunks", "more");
    }
  }
  grid.chunkBytes = *bytes;
  grid.chunks = *chunks;
  return grid;
}

/// Next chunk's offset in row-major order.
void advance(std::vector<hsize_t>& offset, const std::vector<hsize_t>& chunk, const std::vector<std::int64_t>& shape) {
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    offset[axis] += chunk[axis];
    if (offset[axis] < static_cast<hsize_t>(shape[axis])) return;
    offset[axis] = 0;
  }
}

tl::unexpected<Error> refuseUnwritten(const FileAccess& file, const std::string& path) {
  return file.fail(ErrorCode::refused, path, "values that were written",
                   "a declared size of which not all was ever written");
}

tl::unexpected<Error> refuseUnbelievable(const FileAccess& file, const std::string& path, std::uint64_t declared,
                                         std::uint64_t stored) {
  return file.fail(ErrorCode::refused, path, "a size that the stored bytes can hold",
                   describeBytes(declared) + " declared, " + describeBytes(stored) + " stored");
}

/// The library does not say whether it failed to find a chunk or to read the index.
tl::unexpected<Error> explainMissingChunk(const FileAccess& file, hid_t dataset, const std::string& path,
                                          const ChunkGrid& grid) {
  hsize_t written = 0;
  const SpaceHandle space(H5Dget_space(dataset));
  if (H5Dget_num_chunks(dataset, space.get(), &written) >= 0 && written < grid.chunks)
    return refuseUnwritten(file, path);
  return file.corrupt(path);
}

Status checkChunks(const FileAccess& file, hid_t dataset, hid_t properties, const std::string& path,
                   const std::vector<std::int64_t>& shape, std::uint64_t bytesPerElement) {
  AXESCOPE_TRY(const ChunkGrid grid, chunkGrid(file, properties, path, shape, bytesPerElement));
  const double mostInflated = compresses(properties) ? file.limits.compressionRatio : 1.0;
  // Honest filters add little (checksums, block headers); more would inflate past the chunk's own size.
  const std::uint64_t mostStored = grid.chunkBytes + grid.chunkBytes / 64 + 4096;
  std::uint64_t total = 0;
  std::vector<hsize_t> offset(shape.size(), 0);
  for (std::uint64_t i = 0; i < grid.chunks; ++i, advance(offset, grid.chunk, shape)) {
    hsize_t stored = 0;
    if (H5Dget_chunk_storage_size(dataset, offset.data(), &stored) < 0)
      return explainMissingChunk(file, dataset, path, grid);
    if (stored == 0) return refuseUnwritten(file, path);
    if (stored > mostStored || static_cast<double>(stored) * mostInflated < static_cast<double>(grid.chunkBytes))
      return refuseUnbelievable(file, path, grid.chunkBytes, stored);
    total += stored;
    if (total > file.bytes) return refuseUnbelievable(file, path, total, file.bytes);
  }
  return {};
}

Status checkContiguous(const FileAccess& file, hid_t dataset, const std::string& path, std::uint64_t declared) {
  const std::uint64_t stored = H5Dget_storage_size(dataset);
  const haddr_t offset = H5Dget_offset(dataset);
  if (stored == 0 || offset == HADDR_UNDEF) return refuseUnwritten(file, path);
  if (stored < declared) return refuseUnbelievable(file, path, declared, stored);
  if (stored > file.bytes || offset > file.bytes - stored) return file.corrupt(path);
  return {};
}

Status checkLayout(const FileAccess& file, hid_t properties, const std::string& path) {
  const H5D_layout_t layout = H5Pget_layout(properties);
  if (layout == H5D_VIRTUAL)
    return file.fail(ErrorCode::refused, path, "values stored in this file", "a virtual dataset of other files");
  if (layout != H5D_CONTIGUOUS && layout != H5D_CHUNKED && layout != H5D_COMPACT) return file.corrupt(path);
  if (H5Pget_external_count(properties) != 0)
    return file.fail(ErrorCode::refused, path, "values stored in this file", "external storage in other files");
  return checkFilters(file, properties, path);
}

Status checkStoredBytes(const FileAccess& file, hid_t dataset, hid_t properties, const std::string& path,
                        const std::vector<std::int64_t>& shape, std::uint64_t bytesPerElement) {
  std::uint64_t declared = bytesPerElement;
  for (const std::int64_t size : shape) declared *= static_cast<std::uint64_t>(size);
  if (declared == 0) return {};
  const H5D_layout_t layout = H5Pget_layout(properties);
  if (layout == H5D_CHUNKED) return checkChunks(file, dataset, properties, path, shape, bytesPerElement);
  if (layout == H5D_CONTIGUOUS) return checkContiguous(file, dataset, path, declared);
  const std::uint64_t stored = H5Dget_storage_size(dataset);
  if (stored < declared) return refuseUnbelievable(file, path, declared, stored);
  return {};
}

/// Of a dataset that passed the checks.
std::int64_t rowsTogether(hid_t properties) {
  if (H5Pget_layout(properties) != H5D_CHUNKED) return 1;
  std::array<hsize_t, H5S_MAX_RANK> chunk{};
  if (H5Pget_chunk(properties, H5S_MAX_RANK, chunk.data()) < 1) return 1;
  return static_cast<std::int64_t>(chunk.front());
}

/// Of a dataset that passed the checks.
std::optional<std::uint64_t> plainAt(hid_t dataset, hid_t properties, hid_t type) {
  if (H5Tequal(type, H5T_NATIVE_FLOAT) <= 0 && H5Tequal(type, H5T_NATIVE_DOUBLE) <= 0) return std::nullopt;
  if (H5Pget_layout(properties) != H5D_CONTIGUOUS) return std::nullopt;
  const haddr_t offset = H5Dget_offset(dataset);
  return offset == HADDR_UNDEF ? std::nullopt : std::optional<std::uint64_t>(offset);
}

}  // namespace

Result<std::vector<std::int64_t>> checkedShape(const FileAccess& file, hid_t space, const std::string& object,
                                               std::uint64_t bytesPerElement, std::uint64_t mostBytes) {
  if (H5Sget_simple_extent_type(space) == H5S_NULL)
    return file.fail(ErrorCode::empty, object, "a scalar or an array", "a null dataspace");
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 0 || rank > H5S_MAX_RANK) return file.corrupt(object);
  std::array<hsize_t, H5S_MAX_RANK> sizes{};
  if (H5Sget_simple_extent_dims(space, sizes.data(), nullptr) != rank) return file.corrupt(object);
  std::optional<std::uint64_t> bytes = std::max<std::uint64_t>(bytesPerElement, 1);
  std::vector<std::int64_t> shape;
  for (int axis = 0; axis < rank; ++axis) {
    const hsize_t size = sizes[static_cast<std::size_t>(axis)];
    // An empty axis counts as one, so that products over the other axes stay safe too.
    bytes = boundedProduct(*bytes, std::max<hsize_t>(size, 1), mostBytes);
    if (!bytes) {
      return file.fail(ErrorCode::tooLarge, object, "at most " + describeBytes(mostBytes),
                       "a larger declared size, axis " + std::to_string(axis) + " of " + std::to_string(size));
    }
    shape.push_back(static_cast<std::int64_t>(size));
  }
  return shape;
}

Result<StoredDataset> checkedStorage(const FileAccess& file, hid_t dataset, const std::string& path,
                                     std::uint64_t mostBytes) {
  const PropertyHandle properties(H5Dget_create_plist(dataset));
  if (!properties.valid()) return file.corrupt(path);
  // First of all: asking a virtual dataset for its shape would open the files it is made of.
  AXESCOPE_CHECK(checkLayout(file, properties.get(), path));
  StoredDataset stored{TypeHandle(H5Dget_type(dataset)), SpaceHandle(H5Dget_space(dataset)), {}};
  if (!stored.type.valid() || !stored.space.valid()) return file.corrupt(path);
  const std::uint64_t bytes = H5Tget_size(stored.type.get());
  AXESCOPE_TRY(stored.shape, checkedShape(file, stored.space.get(), path, bytes, mostBytes));
  AXESCOPE_CHECK(checkStoredBytes(file, dataset, properties.get(), path, stored.shape, bytes));
  return stored;
}

Result<DatasetInfo> checkedDataset(FileAccess& file, const ObjectHandle& dataset, const std::string& path) {
  if (const auto known = file.checked.find(path); known != file.checked.end()) return known->second;
  AXESCOPE_TRY(StoredDataset stored, checkedStorage(file, dataset.get(), path, file.limits.tensorBytes));
  AXESCOPE_TRY(const NumericType element, numericType(file, stored.type.get(), path));
  const PropertyHandle properties(H5Dget_create_plist(dataset.get()));
  DatasetInfo info{.path = path,
                   .shape = std::move(stored.shape),
                   .kind = element.kind,
                   .bytesPerElement = element.bytes,
                   .rowsTogether = rowsTogether(properties.get()),
                   .plainAt = plainAt(dataset.get(), properties.get(), stored.type.get())};
  file.checked.emplace(path, info);
  return info;
}

}  // namespace axescope::hdf5
