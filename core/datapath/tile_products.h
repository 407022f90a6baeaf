// SPDX-License-Identifier: GPL-3.0-or-later
// The way without single steps: a sum of products over each tile, then one sign extension. Wrapping at each addition
// is wrapping once at the end, and a proven tile does not wrap at all.
#pragma once

#include <cstdint>

#include "core/datapath/code_view.h"
#include "core/datapath/datapath.h"

namespace axescope {

/// Codes of some channels, rows of length k.
struct CodeRows {
  const std::int8_t* bytes = nullptr;  // null where codes or activations exceed 8 bits
  const std::int16_t* words = nullptr;
  std::int64_t channels = 0;
  std::int64_t k = 0;
};

/// The longest sum of products of a byte of either sign and a signed byte that fits int32: ⌊(2^31 − 1)/(255·128)⌋.
inline constexpr std::int64_t longestByteProduct = 65793;

/// Columns are summed exactly in segments of this length, wrapped to innerBits, and added to an outer register. Widths
/// of 64 bits do not wrap.
struct ProductStages {
  std::int64_t segment = longestByteProduct;
  int innerBits = 64;
  int outerBits = 64;
  Overflow outerOverflow = Overflow::wrap;
};

/// Every tile and the outer sum are proven: tiles do not matter, and what a register of the result's size wraps on the
/// way is undone.
inline constexpr ProductStages certifiedStages;

/// Inner accumulators that wrap, or cannot overflow.
ProductStages tileStages(const Datapath& datapath, const Tiling& tiling);

/// out[samples×channels], rows outStride apart: contents of the outer accumulators. With an int32 `out` the results
/// must fit it. Unsigned or signed activations say how 16-bit views that hold bytes are meant.
template <class Word>
void multiplyInStages(CodeView activations, bool signedActivations, std::int64_t samples, const CodeRows& codes,
                      const ProductStages& stages, Word* out, std::int64_t outStride);

extern template void multiplyInStages(CodeView, bool, std::int64_t, const CodeRows&, const ProductStages&,
                                      std::int32_t*, std::int64_t);
extern template void multiplyInStages(CodeView, bool, std::int64_t, const CodeRows&, const ProductStages&,
                                      std::int64_t*, std::int64_t);

}  // namespace axescope
