// SPDX-License-Identifier: GPL-3.0-or-later
// Activation codes as they lie in memory, and in the forms that the emulation paths read.
#pragma once

#include <cstdint>
#include <vector>

namespace axescope {

/// Activation codes as they lie in memory: rows of length K, one per sample.
struct CodeView {
  enum class Type { u8, s8, s16 };
  const void* data = nullptr;
  Type type = Type::s16;
  std::int64_t stride = 0;  // elements between rows

  /// The rows from `first` on.
  CodeView from(std::int64_t first) const;
};

struct ByteRows {
  const void* data = nullptr;
  bool isSigned = false;
  std::int64_t stride = 0;
};

struct WordRows {
  const std::int16_t* data = nullptr;
  std::int64_t stride = 0;
};

/// The first `rows` rows of k codes as bytes; `storage` is used where they are not bytes already, and isSigned says
/// how such codes, which all fit 8 bits, are meant.
ByteRows asBytes(CodeView view, std::int64_t rows, std::int64_t k, bool isSigned, std::vector<std::uint8_t>& storage);

/// The same as 16-bit integers.
WordRows asWords(CodeView view, std::int64_t rows, std::int64_t k, std::vector<std::int16_t>& storage);

/// to[k×lanes]: sample s of the view in lane s, zeros in the lanes without a sample.
void transposeIntoLanes(CodeView view, std::int64_t rows, std::int64_t k, std::int64_t lanes, std::int16_t* to);

}  // namespace axescope
