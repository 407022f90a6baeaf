// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/tile_products.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <type_traits>
#include <vector>

#include "core/datapath/accumulator.h"
#include "core/linalg/product.h"

namespace axescope {

namespace {

template <class Word, class Sum>
Word addModular(Word a, Sum b) {
  using Unsigned = std::make_unsigned_t<Word>;
  return static_cast<Word>(static_cast<Unsigned>(a) + static_cast<Unsigned>(b));
}

/// Adds a segment's sums[samples×channels] to the outer registers.
template <class Word, class Sum>
void addSegment(const Sum* sums, std::int64_t samples, std::int64_t channels, const ProductStages& stages, Word* out,
                std::int64_t outStride) {
  const auto forEach = [&](auto combine) {
    for (std::int64_t s = 0; s < samples; ++s) {
      const Sum* from = sums + s * channels;
      Word* to = out + s * outStride;
      for (std::int64_t c = 0; c < channels; ++c) to[c] = combine(to[c], from[c]);
    }
  };
  const int innerBits = stages.innerBits;
  const int outerBits = stages.outerBits;
  if (stages.outerOverflow == Overflow::wrap) {
    forEach([=](Word outer, Sum sum) { return addModular(outer, wrapTo(sum, innerBits)); });
  } else {
    forEach([=](Word outer, Sum sum) {
      return static_cast<Word>(saturateTo(std::int64_t{outer} + std::int64_t{wrapTo(sum, innerBits)}, outerBits));
    });
  }
}

template <class Word>
void wrapOuter(std::int64_t samples, std::int64_t channels, int bits, Word* out, std::int64_t outStride) {
  for (std::int64_t s = 0; s < samples; ++s) {
    Word* row = out + s * outStride;
    for (std::int64_t c = 0; c < channels; ++c) row[c] = wrapTo(row[c], bits);
  }
}

/// One segment after the other: product(begin, end, sums) gives its exact sums.
template <class Word, class Sum, class Product>
void sumSegments(std::int64_t samples, const CodeRows& codes, const ProductStages& stages, Product product, Word* out,
                 std::int64_t outStride) {
  std::vector<Sum> sums(static_cast<std::size_t>(samples * codes.channels));
  for (std::int64_t s = 0; s < samples; ++s) std::fill_n(out + s * outStride, codes.channels, Word{0});
  for (std::int64_t begin = 0; begin < codes.k; begin += stages.segment) {
    product(begin, std::min(codes.k, begin + stages.segment), sums.data());
    addSegment(sums.data(), samples, codes.channels, stages, out, outStride);
  }
  if (stages.outerOverflow == Overflow::wrap) wrapOuter(samples, codes.channels, stages.outerBits, out, outStride);
}

template <class Word>
void multiplyBytes(const ByteRows& x, std::int64_t samples, const CodeRows& codes, const ProductStages& stages,
                   Word* out, std::int64_t outStride) {
  const auto product = [&](std::int64_t begin, std::int64_t end, std::int32_t* sums, std::int64_t stride) {
    multiply(IntegerProduct{.transposeB = Transpose::yes,
                            .m = samples,
                            .n = codes.channels,
                            .k = end - begin,
                            .a = static_cast<const std::uint8_t*>(x.data) + begin,
                            .signedA = x.isSigned,
                            .lda = x.stride,
                            .b = codes.bytes + begin,
                            .ldb = codes.k,
                            .c = sums,
                            .ldc = stride});
  };
  if constexpr (std::is_same_v<Word, std::int32_t>) {
    constexpr int wordBits = 32;
    const bool onlyOneSum = codes.k > 0 && codes.k <= stages.segment;
    if (onlyOneSum && stages.innerBits >= wordBits && stages.outerBits >= wordBits) {
      product(0, codes.k, out, outStride);
      return;
    }
  }
  sumSegments<Word, std::int32_t>(
      samples, codes, stages,
      [&](std::int64_t begin, std::int64_t end, std::int32_t* sums) { product(begin, end, sums, codes.channels); }, out,
      outStride);
}

template <class Word>
void multiplyWords(const WordRows& x, std::int64_t samples, const CodeRows& codes, const ProductStages& stages,
                   Word* out, std::int64_t outStride) {
  const auto product = [&](std::int64_t begin, std::int64_t end, std::int64_t* sums) {
    for (std::int64_t s = 0; s < samples; ++s) {
      const std::int16_t* row = x.data + s * x.stride;
      for (std::int64_t c = 0; c < codes.channels; ++c) {
        const std::int16_t* q = codes.words + c * codes.k;
        std::int64_t sum = 0;
        for (std::int64_t k = begin; k < end; ++k) {
          const std::int32_t term = row[k] * q[k];
          sum += term;
        }
        sums[s * codes.channels + c] = sum;
      }
    }
  };
  sumSegments<Word, std::int64_t>(samples, codes, stages, product, out, outStride);
}

}  // namespace

ProductStages tileStages(const Datapath& datapath, const Tiling& tiling) {
  return {.segment = tiling.tileSize,
          .innerBits = datapath.innerBits,
          .outerBits = datapath.outerBits,
          .outerOverflow = datapath.outerOverflow};
}

template <class Word>
void multiplyInStages(CodeView activations, bool signedActivations, std::int64_t samples, const CodeRows& codes,
                      const ProductStages& stages, Word* out, std::int64_t outStride) {
  if (codes.bytes != nullptr && stages.segment <= longestByteProduct) {
    std::vector<std::uint8_t> storage;
    multiplyBytes(asBytes(activations, samples, codes.k, signedActivations, storage), samples, codes, stages, out,
                  outStride);
  } else {
    std::vector<std::int16_t> storage;
    multiplyWords(asWords(activations, samples, codes.k, storage), samples, codes, stages, out, outStride);
  }
}

template void multiplyInStages(CodeView, bool, std::int64_t, const CodeRows&, const ProductStages&, std::int32_t*,
                               std::int64_t);
template void multiplyInStages(CodeView, bool, std::int64_t, const CodeRows&, const ProductStages&, std::int64_t*,
                               std::int64_t);

}  // namespace axescope
