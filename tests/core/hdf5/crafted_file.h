// SPDX-License-Identifier: GPL-3.0-or-later
// Files as strangers write them, straight through the HDF5 library: also what our own writer would never write.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <hdf5.h>

#include "core/base/error.h"
#include "core/hdf5/reader.h"

namespace axescope::testing {

/// A path in the temporary folder that no other test uses.
std::filesystem::path temporaryPath(const std::string& name);

/// Open until close() or the end of its life; any failure of the library is a test failure.
class CraftedFile {
 public:
  explicit CraftedFile(const std::filesystem::path& path);
  CraftedFile(const CraftedFile&) = delete;
  CraftedFile& operator=(const CraftedFile&) = delete;
  ~CraftedFile();

  hid_t id() const { return file_; }
  void close();

  void group(const std::string& path);
  /// Values are given in the native type `memoryType` and stored as `fileType`; `creation` chooses the layout.
  void dataset(const std::string& path, const std::vector<hsize_t>& shape, hid_t fileType, hid_t memoryType,
               const void* values, hid_t creation = H5P_DEFAULT);
  void floats(const std::string& path, const std::vector<hsize_t>& shape, const std::vector<float>& values);
  void integers(const std::string& path, const std::vector<hsize_t>& shape, const std::vector<std::int64_t>& values);
  /// Declared, never written.
  void declare(const std::string& path, const std::vector<hsize_t>& shape, hid_t fileType,
               hid_t creation = H5P_DEFAULT);
  /// A scalar of variable-length UTF-8, as h5py writes a str.
  void text(const std::string& path, const std::string& value);

  void attribute(const std::string& object, const std::string& name, const std::vector<hsize_t>& shape, hid_t fileType,
                 hid_t memoryType, const void* value);
  void attribute(const std::string& object, const std::string& name, const std::string& value);
  void attribute(const std::string& object, const std::string& name, const char* value);
  void attribute(const std::string& object, const std::string& name, std::int64_t value);
  void attribute(const std::string& object, const std::string& name, double value);
  void attribute(const std::string& object, const std::string& name, const std::vector<std::int64_t>& values);
  /// Fixed-length bytes, as numpy arrays of bytes are stored.
  void attribute(const std::string& object, const std::string& name, const std::vector<std::string>& values);

 private:
  std::filesystem::path path_;
  hid_t file_;
};

/// Property list for chunked storage; close it with H5Pclose.
hid_t chunked(const std::vector<hsize_t>& chunk);

/// half, as h5py builds it.
hid_t halfType();

MATCHER_P(HasValueThat, matcher, "") {
  if (!arg) {
    *result_listener << "error " << arg.error().line();
    return false;
  }
  return ::testing::ExplainMatchResult(matcher, *arg, result_listener);
}

MATCHER_P2(FailsWith, code, text, "") {
  if (arg) {
    *result_listener << "no error";
    return false;
  }
  *result_listener << name(arg.error().code) << ": " << arg.error().line();
  return arg.error().code == code && arg.error().line().find(text) != std::string::npos;
}

/// A file to be crafted, then read.
class CraftedFileTest : public ::testing::Test {
 protected:
  hdf5::Reader reader(hdf5::Limits limits = {}) {
    file.close();
    auto opened = hdf5::Reader::open(path, limits);
    EXPECT_TRUE(opened) << opened.error().line();
    return std::move(*opened);
  }
  std::filesystem::path path = temporaryPath("file.h5");
  CraftedFile file{path};
};

}  // namespace axescope::testing
