// SPDX-License-Identifier: GPL-3.0-or-later
// A dump that the HDF5 library crashes on when its stack is small: an attribute's type is a sequence of sequences of …,
// 7,000 levels in 56,000 bytes, which it decodes by calling itself (1.10.8).
#pragma once

#include <cstring>
#include <string>
#include <vector>

#include <sys/resource.h>

#include "tests/core/dump/altered_dump.h"

namespace axescope::testing {

/// For processes that are started while it lives; a main thread's stack is bounded at once.
class SmallStack {
 public:
  SmallStack() {
    ::getrlimit(RLIMIT_STACK, &before_);
    rlimit limit = before_;
    limit.rlim_cur = rlim_t{512} << 10;
    ::setrlimit(RLIMIT_STACK, &limit);
  }
  SmallStack(const SmallStack&) = delete;
  SmallStack& operator=(const SmallStack&) = delete;
  ~SmallStack() { ::setrlimit(RLIMIT_STACK, &before_); }

 private:
  rlimit before_{};
};

inline void writeCrashingDump(const std::filesystem::path& path) {
  constexpr std::size_t room = 60'000;
  constexpr std::size_t levels = 7'000;
  putBytes(path, wholeDump());
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t layer = H5Gopen2(file, "/layers/fc", H5P_DEFAULT);
  const hid_t opaque = H5Tcreate(H5T_OPAQUE, room);
  const hid_t scalar = H5Screate(H5S_SCALAR);
  const hid_t attribute = H5Acreate2(layer, "nested", opaque, scalar, H5P_DEFAULT, H5P_DEFAULT);
  const std::vector<char> mark(room, '\x5A');
  EXPECT_GE(H5Awrite(attribute, opaque, mark.data()), 0);
  H5Aclose(attribute);
  H5Sclose(scalar);
  H5Tclose(opaque);
  H5Gclose(layer);
  EXPECT_GE(H5Fclose(file), 0);

  // File Format Specification 3.0, IV.A.2.m: sizes of name, type and space, the name, the type, the space, the value.
  std::string bytes = bytesOf(path);
  const std::size_t name = bytes.find(std::string("nested\0\0", 8));
  ASSERT_NE(name, std::string::npos);
  std::string type;
  for (std::size_t level = 0; level < levels; ++level) type += std::string("\x19\0\0\0\x10\0\0\0", 8);
  type += std::string("\x10\x08\0\0\x04\0\0\0\0\0\x20\0", 12);
  const auto typeBytes = static_cast<std::uint16_t>(type.size());
  const std::uint16_t spaceBytes = 8;
  std::memcpy(&bytes[name - 4], &typeBytes, sizeof(typeBytes));
  std::memcpy(&bytes[name - 2], &spaceBytes, sizeof(spaceBytes));
  type.resize((type.size() + 7) / 8 * 8);
  bytes.replace(name + 8, type.size(), type);
  bytes.replace(name + 8 + type.size(), 8, std::string("\x01\0\0\0\0\0\0\0", 8));
  putBytes(path, bytes);
}

}  // namespace axescope::testing
