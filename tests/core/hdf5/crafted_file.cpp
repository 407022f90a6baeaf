// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/hdf5/crafted_file.h"

#include <algorithm>

#include <unistd.h>

namespace axescope::testing {

namespace {

/// A library call that has to work.
template <class T>
T must(T result) {
  EXPECT_GE(result, 0) << "a call of the HDF5 library failed while a test file was written";
  return result;
}

hid_t spaceOf(const std::vector<hsize_t>& shape) {
  if (shape.empty()) return must(H5Screate(H5S_SCALAR));
  return must(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr));
}

/// Folders of this run, removed when it ends.
class TemporaryFolders {
 public:
  TemporaryFolders() = default;
  TemporaryFolders(const TemporaryFolders&) = delete;
  TemporaryFolders& operator=(const TemporaryFolders&) = delete;
  ~TemporaryFolders() {
    std::error_code ignored;
    for (const auto& folder : folders_) std::filesystem::remove_all(folder, ignored);
  }
  std::filesystem::path make(const std::string& name) {
    const auto folder = std::filesystem::path(::testing::TempDir()) / name;
    if (std::filesystem::create_directories(folder)) folders_.push_back(folder);
    return folder;
  }

 private:
  std::vector<std::filesystem::path> folders_;
};

hid_t variableText() {
  const hid_t type = must(H5Tcopy(H5T_C_S1));
  must(H5Tset_size(type, H5T_VARIABLE));
  must(H5Tset_cset(type, H5T_CSET_UTF8));
  return type;
}

}  // namespace

std::filesystem::path temporaryPath(const std::string& name) {
  static TemporaryFolders folders;
  const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
  std::string unique = std::string(test->test_suite_name()) + "." + test->name();
  std::ranges::replace(unique, '/', '_');
  return folders.make("axescope-" + unique + "-" + std::to_string(::getpid())) / name;
}

CraftedFile::CraftedFile(const std::filesystem::path& path)
    : path_(path), file_(must(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT))) {}

CraftedFile::~CraftedFile() {
  close();
}

void CraftedFile::close() {
  if (file_ < 0) return;
  must(H5Fclose(file_));
  file_ = H5I_INVALID_HID;
}

void CraftedFile::group(const std::string& path) {
  const hid_t links = must(H5Pcreate(H5P_LINK_CREATE));
  must(H5Pset_create_intermediate_group(links, 1));
  must(H5Gclose(must(H5Gcreate2(file_, path.c_str(), links, H5P_DEFAULT, H5P_DEFAULT))));
  must(H5Pclose(links));
}

void CraftedFile::dataset(const std::string& path, const std::vector<hsize_t>& shape, hid_t fileType, hid_t memoryType,
                          const void* values, hid_t creation) {
  declare(path, shape, fileType, creation);
  const hid_t dataset = must(H5Dopen2(file_, path.c_str(), H5P_DEFAULT));
  must(H5Dwrite(dataset, memoryType, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
  must(H5Dclose(dataset));
}

void CraftedFile::floats(const std::string& path, const std::vector<hsize_t>& shape, const std::vector<float>& values) {
  dataset(path, shape, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, values.data());
}

void CraftedFile::integers(const std::string& path, const std::vector<hsize_t>& shape,
                           const std::vector<std::int64_t>& values) {
  dataset(path, shape, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data());
}

void CraftedFile::declare(const std::string& path, const std::vector<hsize_t>& shape, hid_t fileType, hid_t creation) {
  const hid_t space = spaceOf(shape);
  const hid_t links = must(H5Pcreate(H5P_LINK_CREATE));
  must(H5Pset_create_intermediate_group(links, 1));
  must(H5Dclose(must(H5Dcreate2(file_, path.c_str(), fileType, space, links, creation, H5P_DEFAULT))));
  must(H5Pclose(links));
  must(H5Sclose(space));
}

void CraftedFile::text(const std::string& path, const std::string& value) {
  const hid_t type = variableText();
  const char* pointer = value.c_str();
  dataset(path, {}, type, type, &pointer);
  must(H5Tclose(type));
}

void CraftedFile::attribute(const std::string& object, const std::string& name, const std::vector<hsize_t>& shape,
                            hid_t fileType, hid_t memoryType, const void* value) {
  const hid_t space = spaceOf(shape);
  const hid_t owner = must(H5Oopen(file_, object.c_str(), H5P_DEFAULT));
  const hid_t attribute = must(H5Acreate2(owner, name.c_str(), fileType, space, H5P_DEFAULT, H5P_DEFAULT));
  if (value != nullptr) must(H5Awrite(attribute, memoryType, value));
  must(H5Aclose(attribute));
  must(H5Oclose(owner));
  must(H5Sclose(space));
}

void CraftedFile::attribute(const std::string& object, const std::string& name, const std::string& value) {
  const hid_t type = variableText();
  const char* pointer = value.c_str();
  attribute(object, name, {}, type, type, &pointer);
  must(H5Tclose(type));
}

void CraftedFile::attribute(const std::string& object, const std::string& name, const char* value) {
  attribute(object, name, std::string(value));
}

void CraftedFile::attribute(const std::string& object, const std::string& name, std::int64_t value) {
  attribute(object, name, {}, H5T_STD_I64LE, H5T_NATIVE_INT64, &value);
}

void CraftedFile::attribute(const std::string& object, const std::string& name, double value) {
  attribute(object, name, {}, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, &value);
}

void CraftedFile::attribute(const std::string& object, const std::string& name,
                            const std::vector<std::int64_t>& values) {
  attribute(object, name, {values.size()}, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data());
}

void CraftedFile::attribute(const std::string& object, const std::string& name,
                            const std::vector<std::string>& values) {
  std::size_t length = 1;
  for (const std::string& value : values) length = std::max(length, value.size());
  std::string bytes;
  for (const std::string& value : values) bytes += value + std::string(length - value.size(), '\0');
  const hid_t type = must(H5Tcopy(H5T_C_S1));
  must(H5Tset_size(type, length));
  must(H5Tset_strpad(type, H5T_STR_NULLPAD));
  attribute(object, name, {values.size()}, type, type, bytes.data());
  must(H5Tclose(type));
}

hid_t chunked(const std::vector<hsize_t>& chunk) {
  const hid_t properties = must(H5Pcreate(H5P_DATASET_CREATE));
  must(H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data()));
  return properties;
}

hid_t halfType() {
  const hid_t type = must(H5Tcopy(H5T_IEEE_F32LE));
  must(H5Tset_fields(type, 15, 10, 5, 0, 10));
  must(H5Tset_size(type, 2));
  must(H5Tset_ebias(type, 15));
  return type;
}

}  // namespace axescope::testing
