// SPDX-License-Identifier: GPL-3.0-or-later
// The plain integer product of proven channels: no tiles, no steps.
#pragma once

#include <cstdint>

#include "core/datapath/code_view.h"

namespace axescope {

/// The longest sum of products of a byte of either sign and a signed byte that fits int32: ⌊(2^31 − 1)/(255·128)⌋.
inline constexpr std::int64_t longestByteProduct = 65793;

/// Codes of some channels, rows of length k.
struct ByteCodes {
  const std::int8_t* data = nullptr;
  std::int64_t channels = 0;
  std::int64_t k = 0;
};

/// out[samples×channels], rows outStride apart: the exact sums of products, which must fit Word.
template <class Word>
void multiplyBytes(const ByteRows& activations, std::int64_t samples, const ByteCodes& codes, Word* out,
                   std::int64_t outStride);

extern template void multiplyBytes(const ByteRows&, std::int64_t, const ByteCodes&, std::int32_t*, std::int64_t);
extern template void multiplyBytes(const ByteRows&, std::int64_t, const ByteCodes&, std::int64_t*, std::int64_t);

}  // namespace axescope
