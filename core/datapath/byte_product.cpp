// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/byte_product.h"

#include <algorithm>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "core/linalg/product.h"

namespace axescope {

template <class Word>
void multiplyBytes(const ByteRows& activations, std::int64_t samples, const ByteCodes& codes, Word* out,
                   std::int64_t outStride) {
  const auto product = [&](std::int64_t begin, std::int64_t end, std::int32_t* sums, std::int64_t stride) {
    multiply(IntegerProduct{.transposeB = Transpose::yes,
                            .m = samples,
                            .n = codes.channels,
                            .k = end - begin,
                            .a = static_cast<const std::uint8_t*>(activations.data) + begin,
                            .signedA = activations.isSigned,
                            .lda = activations.stride,
                            .b = codes.data + begin,
                            .ldb = codes.k,
                            .c = sums,
                            .ldc = stride});
  };
  if constexpr (std::is_same_v<Word, std::int32_t>) {
    if (codes.k > 0 && codes.k <= longestByteProduct) return product(0, codes.k, out, outStride);
  }
  std::vector<std::int32_t> sums(static_cast<std::size_t>(samples * codes.channels));
  for (std::int64_t s = 0; s < samples; ++s) std::fill_n(out + s * outStride, codes.channels, Word{0});
  for (std::int64_t begin = 0; begin < codes.k; begin += longestByteProduct) {
    product(begin, std::min(codes.k, begin + longestByteProduct), sums.data(), codes.channels);
    for (std::int64_t s = 0; s < samples; ++s) {
      const std::int32_t* from = sums.data() + s * codes.channels;
      Word* to = out + s * outStride;
      for (std::int64_t c = 0; c < codes.channels; ++c) {
        // What int32 wraps on the way is undone.
        using Unsigned = std::make_unsigned_t<Word>;
        to[c] = static_cast<Word>(static_cast<Unsigned>(to[c]) + static_cast<Unsigned>(from[c]));
      }
    }
  }
}

template void multiplyBytes(const ByteRows&, std::int64_t, const ByteCodes&, std::int32_t*, std::int64_t);
template void multiplyBytes(const ByteRows&, std::int64_t, const ByteCodes&, std::int64_t*, std::int64_t);

}  // namespace axescope
