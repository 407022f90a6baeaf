// SPDX-License-Identifier: GPL-3.0-or-later
// The project's own writer builds a file in memory first; this one cannot be.
#include "core/bench/large_dump.h"

#include <array>
#include <string>

#include <fmt/format.h>

#include "core/bench/synthetic_layer.h"
#include "core/hdf5/handle.h"
#include "core/hdf5/library.h"

namespace axescope::bench {

namespace {

using hdf5::AttributeHandle;
using hdf5::DatasetHandle;
using hdf5::FileHandle;
using hdf5::GroupHandle;
using hdf5::PropertyHandle;
using hdf5::SpaceHandle;
using hdf5::TypeHandle;

bool setText(hid_t object, const char* name, const std::string& value) {
  const TypeHandle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type.get(), value.size());
  const SpaceHandle space(H5Screate(H5S_SCALAR));
  const AttributeHandle attribute(H5Acreate2(object, name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
  return attribute.valid() && H5Awrite(attribute.get(), type.get(), value.data()) >= 0;
}

bool setVersion(hid_t object) {
  constexpr int version = 1;
  const SpaceHandle space(H5Screate(H5S_SCALAR));
  const AttributeHandle attribute(H5Acreate2(object, "version", H5T_STD_I32LE, space.get(), H5P_DEFAULT, H5P_DEFAULT));
  return attribute.valid() && H5Awrite(attribute.get(), H5T_NATIVE_INT, &version) >= 0;
}

// Space for all values in one piece; `values` null leaves a hole.
bool addMatrix(hid_t group, const char* name, std::int64_t rows, std::int64_t columns, const float* values) {
  const std::array sizes{static_cast<hsize_t>(rows), static_cast<hsize_t>(columns)};
  const SpaceHandle space(H5Screate_simple(2, sizes.data(), nullptr));
  const PropertyHandle creation(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_alloc_time(creation.get(), H5D_ALLOC_TIME_EARLY);
  H5Pset_fill_time(creation.get(), H5D_FILL_TIME_NEVER);
  const DatasetHandle dataset(
      H5Dcreate2(group, name, H5T_IEEE_F32LE, space.get(), H5P_DEFAULT, creation.get(), H5P_DEFAULT));
  if (!dataset.valid()) return false;
  return values == nullptr || H5Dwrite(dataset.get(), H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0;
}

bool addLayer(hid_t layers, std::int64_t number, const LargeDumpSize& size) {
  const GroupHandle group(
      H5Gcreate2(layers, fmt::format("layer-{:02}", number).c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  if (!group.valid() || !setText(group.get(), "kind", "linear") || !setText(group.get(), "axis_order", "OI")) {
    return false;
  }
  MatrixF weight;
  MatrixF inputs;
  if (number == 0) {
    weight = syntheticWeights(size.k, size.k);
    inputs = syntheticInputs(size.samples, size.k).x;
  }
  return addMatrix(group.get(), "weight", size.k, size.k, number == 0 ? weight.data() : nullptr) &&
         addMatrix(group.get(), "input", size.samples, size.k, number == 0 ? inputs.data() : nullptr);
}

}  // namespace

std::uintmax_t LargeDumpSize::bytes() const {
  return static_cast<std::uintmax_t>(layers * k * (k + samples)) * sizeof(float);
}

Status writeLargeDump(const std::filesystem::path& path, const LargeDumpSize& size) {
  const hdf5::LibraryLock lock;
  const FileHandle file(H5Fcreate(path.c_str(), H5F_ACC_EXCL, H5P_DEFAULT, H5P_DEFAULT));
  const GroupHandle layers(file.valid() ? H5Gcreate2(file.get(), "layers", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)
                                        : H5I_INVALID_HID);
  bool written = layers.valid() && setText(file.get(), "format", "axescope-dump") && setVersion(file.get());
  for (std::int64_t number = 0; written && number < size.layers; ++number) {
    written = addLayer(layers.get(), number, size);
  }
  if (written && H5Fflush(file.get(), H5F_SCOPE_GLOBAL) >= 0) return {};
  return fail(ErrorCode::writeFailed, path.string(), {}, "a dump that can be written", "a failure of the HDF5 library");
}

}  // namespace axescope::bench
