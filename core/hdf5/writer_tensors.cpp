// SPDX-License-Identifier: GPL-3.0-or-later
#include <optional>

#include "core/hdf5/library.h"
#include "core/hdf5/text.h"
#include "core/hdf5/writer_state.h"

namespace axescope::hdf5 {

namespace {

constexpr std::uint64_t mostContiguousBytes = std::uint64_t{64} << 10;
constexpr std::uint64_t mostChunkBytes = std::uint64_t{1} << 20;
constexpr unsigned deflateLevel = 4;

/// Number of values, or nothing for a negative size or an overflow.
std::optional<std::uint64_t> elementCount(Writer::Shape shape) {
  std::uint64_t count = 1;
  for (const std::int64_t size : shape) {
    if (size < 0 || __builtin_mul_overflow(count, static_cast<std::uint64_t>(size), &count)) return std::nullopt;
  }
  return count;
}

/// Whole rows of the last axes, as few of the first as needed: readers take samples along axis 0.
std::vector<hsize_t> chunkShape(const std::vector<hsize_t>& shape, std::uint64_t bytesPerElement) {
  std::vector<hsize_t> chunk = shape;
  const auto bytes = [&] {
    std::uint64_t product = bytesPerElement;
    for (const hsize_t size : chunk) product *= size;
    return product;
  };
  for (std::size_t axis = 0; axis < chunk.size(); ++axis) {
    while (bytes() > mostChunkBytes && chunk[axis] > 1) chunk[axis] = (chunk[axis] + 1) / 2;
  }
  return chunk;
}

}  // namespace

Result<DatasetHandle> Writer::State::createDataset(const std::string& path, hid_t type, Shape shape,
                                                   std::size_t bytesPerElement) {
  AXESCOPE_CHECK(checkFree(path));
  const std::vector<hsize_t> sizes(shape.begin(), shape.end());
  const SpaceHandle space(sizes.empty() ? H5Screate(H5S_SCALAR)
                                        : H5Screate_simple(static_cast<int>(sizes.size()), sizes.data(), nullptr));
  const PropertyHandle creation(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(creation.get(), 0);
  if (elementCount(shape).value_or(0) * bytesPerElement > mostContiguousBytes && !sizes.empty()) {
    const std::vector<hsize_t> chunk = chunkShape(sizes, bytesPerElement);
    H5Pset_chunk(creation.get(), static_cast<int>(chunk.size()), chunk.data());
    H5Pset_shuffle(creation.get());
    H5Pset_deflate(creation.get(), deflateLevel);
  }
  const PropertyHandle link = linkProperties();
  DatasetHandle dataset(
      H5Dcreate2(image.get(), path.c_str(), type, space.get(), link.get(), creation.get(), H5P_DEFAULT));
  if (!dataset.valid())
    return fail(ErrorCode::writeFailed, path, "a dataset that can be created", "one the HDF5 library refused");
  return dataset;
}

Status Writer::State::write(const std::string& path, hid_t fileType, hid_t memoryType, Shape shape,
                            std::size_t bytesPerElement, const void* values) {
  AXESCOPE_TRY(const DatasetHandle dataset, createDataset(path, fileType, shape, bytesPerElement));
  if (elementCount(shape) == 0) return {};
  if (H5Dwrite(dataset.get(), memoryType, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0)
    return failedToStore(path, "values that can be stored");
  return {};
}

namespace {

template <class T>
struct Types;
template <>
struct Types<float> {
  static hid_t file() { return H5T_IEEE_F32LE; }
  static hid_t memory() { return H5T_NATIVE_FLOAT; }
};
template <>
struct Types<double> {
  static hid_t file() { return H5T_IEEE_F64LE; }
  static hid_t memory() { return H5T_NATIVE_DOUBLE; }
};
template <>
struct Types<std::int8_t> {
  static hid_t file() { return H5T_STD_I8LE; }
  static hid_t memory() { return H5T_NATIVE_INT8; }
};
template <>
struct Types<std::uint8_t> {
  static hid_t file() { return H5T_STD_U8LE; }
  static hid_t memory() { return H5T_NATIVE_UINT8; }
};
template <>
struct Types<std::int16_t> {
  static hid_t file() { return H5T_STD_I16LE; }
  static hid_t memory() { return H5T_NATIVE_INT16; }
};
template <>
struct Types<std::int64_t> {
  static hid_t file() { return H5T_STD_I64LE; }
  static hid_t memory() { return H5T_NATIVE_INT64; }
};

template <class T, class State>
Status writeTensor(State& state, const std::string& path, Writer::Shape shape, std::span<const T> values) {
  const LibraryLock lock;
  if (elementCount(shape) != values.size()) {
    return state.fail(ErrorCode::invalidArgument, path, "values for the shape " + describeShape(shape),
                      std::to_string(values.size()) + " values");
  }
  return state.write(path, Types<T>::file(), Types<T>::memory(), shape, sizeof(T), values.data());
}

}  // namespace

Status Writer::tensor(const std::string& path, Shape shape, std::span<const float> values) {
  return writeTensor(*state_, path, shape, values);
}

Status Writer::tensor(const std::string& path, Shape shape, std::span<const double> values) {
  return writeTensor(*state_, path, shape, values);
}

Status Writer::tensor(const std::string& path, Shape shape, std::span<const std::int8_t> values) {
  return writeTensor(*state_, path, shape, values);
}

Status Writer::tensor(const std::string& path, Shape shape, std::span<const std::uint8_t> values) {
  return writeTensor(*state_, path, shape, values);
}

Status Writer::tensor(const std::string& path, Shape shape, std::span<const std::int16_t> values) {
  return writeTensor(*state_, path, shape, values);
}

Status Writer::tensor(const std::string& path, Shape shape, std::span<const std::int64_t> values) {
  return writeTensor(*state_, path, shape, values);
}

Status Writer::string(const std::string& path, const std::string& value) {
  const LibraryLock lock;
  const TypeHandle type = textType(H5T_VARIABLE);
  const char* text = value.c_str();
  return state_->write(path, type.get(), type.get(), {}, sizeof(char*), &text);
}

}  // namespace axescope::hdf5
