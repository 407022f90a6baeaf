// SPDX-License-Identifier: GPL-3.0-or-later
// Text in HDF5 files and in messages about them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace axescope::hdf5 {

/// True for well-formed UTF-8 (no overlong forms, no surrogates, at most U+10FFFF).
bool isUtf8(std::string_view text);

/// The names of a path: "/a//b/" has a and b.
std::vector<std::string> pathNames(const std::string& path);

/// "[3, 4]"; a scalar is "[]".
std::string describeShape(std::span<const std::int64_t> shape);

/// "1 byte", "12 bytes", "3.5 GiB".
std::string describeBytes(std::uint64_t bytes);

}  // namespace axescope::hdf5
