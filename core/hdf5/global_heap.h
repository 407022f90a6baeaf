// SPDX-License-Identifier: GPL-3.0-or-later
// Variable-length text lies in global heaps. The library trusts the sizes and indices found there and reads wherever
// they point (1.10.8: past the heap, or for ever), so texts are fetched here instead. Internal to this floor.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include <hdf5.h>

#include "core/hdf5/file_access.h"

namespace axescope::hdf5 {

/// A variable-length element as stored: length (4 bytes), heap address (8), index in the heap (4).
using HeapReference = std::array<std::byte, 16>;

/// Memory type that makes H5Aread and H5Dread deliver HeapReference for each variable-length text.
TypeHandle heapReferenceType();

/// The text behind a reference; a null reference is the empty text. Errors: corrupt, tooLarge.
Result<std::string> readHeapText(const FileAccess& file, const std::string& object, const HeapReference& reference,
                                 std::uint64_t mostBytes);

}  // namespace axescope::hdf5
