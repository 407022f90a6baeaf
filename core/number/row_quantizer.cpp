// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/row_quantizer.h"

#include <algorithm>
#include <cassert>
#include <cstddef>

namespace axescope {

ActivationQuantizer rowQuantizer(std::span<const float> row, int bits, ActivationEncoding encoding) {
  assert(!row.empty());
  const auto [least, greatest] = std::minmax_element(row.begin(), row.end());
  return activationQuantizer(static_cast<double>(*least), static_cast<double>(*greatest), bits, encoding);
}

template <class Code>
std::vector<ActivationQuantizer> quantizeRows(std::span<const float> values, std::int64_t k, int bits,
                                              ActivationEncoding encoding, std::span<Code> codes) {
  const auto length = static_cast<std::size_t>(k);
  assert(values.size() == codes.size() && values.size() % length == 0);
  std::vector<ActivationQuantizer> quantizers;
  quantizers.reserve(values.size() / length);
  for (std::size_t first = 0; first < values.size(); first += length) {
    const auto row = values.subspan(first, length);
    quantizers.push_back(rowQuantizer(row, bits, encoding));
    quantizers.back().quantize(row, codes.subspan(first, length));
  }
  return quantizers;
}

template std::vector<ActivationQuantizer> quantizeRows(std::span<const float>, std::int64_t, int, ActivationEncoding,
                                                       std::span<std::int16_t>);
template std::vector<ActivationQuantizer> quantizeRows(std::span<const float>, std::int64_t, int, ActivationEncoding,
                                                       std::span<std::int8_t>);
template std::vector<ActivationQuantizer> quantizeRows(std::span<const float>, std::int64_t, int, ActivationEncoding,
                                                       std::span<std::uint8_t>);

}  // namespace axescope
