// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/value_range.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "core/base/parallel.h"

namespace axescope {

ValueRange ValueRange::of(const Tensor& values) {
  constexpr std::int64_t piece = 1 << 16;
  constexpr float largestByte = 255.0F;
  const auto size = static_cast<std::int64_t>(values.data.size());
  std::vector<ValueRange> parts(static_cast<std::size_t>((size + piece - 1) / piece));
  parallelPieces(size, piece, [&](std::int64_t first, std::int64_t count) {
    ValueRange& part = parts[static_cast<std::size_t>(first / piece)];
    const float* const data = values.data.data() + first;
    const auto [least, greatest] = std::minmax_element(data, data + count);
    part.low = *least;
    part.high = *greatest;
    part.isBytes = part.low >= 0.0F && part.high <= largestByte &&
                   std::all_of(data, data + count, [](float v) { return std::trunc(v) == v; });
  });
  ValueRange range;
  for (const ValueRange& part : parts) {
    range.low = std::min(range.low, part.low);
    range.high = std::max(range.high, part.high);
    range.isBytes = range.isBytes && part.isBytes;
  }
  return range;
}

ActivationQuantizer elementCodes(const ValueRange& range, int bits) {
  return activationQuantizer(static_cast<double>(range.low), static_cast<double>(range.high), bits,
                             ActivationEncoding::centred);
}

ActivationQuantizer byteCodes() {
  constexpr int byteBits = 8;
  return {.scale = 1.0, .zeroPoint = 0, .bits = byteBits, .encoding = ActivationEncoding::unsignedSymmetric};
}

}  // namespace axescope
