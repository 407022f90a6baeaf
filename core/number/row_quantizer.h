// SPDX-License-Identifier: GPL-3.0-or-later
// Dynamic quantization of activations: each row, a sample or a token, by a quantizer of its own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/number/activation_quantizer.h"

namespace axescope {

/// activationQuantizer() of the row's least and greatest value. Codes are in the range of every other row's: what is
/// certified for `bits` and `encoding` holds for all.
ActivationQuantizer rowQuantizer(std::span<const float> row, int bits, ActivationEncoding encoding);

/// values and codes[rows×k]; answers the quantizers, one per row. Code: int16, or a byte that the range fits.
template <class Code>
std::vector<ActivationQuantizer> quantizeRows(std::span<const float> values, std::int64_t k, int bits,
                                              ActivationEncoding encoding, std::span<Code> codes);

extern template std::vector<ActivationQuantizer> quantizeRows(std::span<const float>, std::int64_t, int,
                                                              ActivationEncoding, std::span<std::int16_t>);
extern template std::vector<ActivationQuantizer> quantizeRows(std::span<const float>, std::int64_t, int,
                                                              ActivationEncoding, std::span<std::int8_t>);
extern template std::vector<ActivationQuantizer> quantizeRows(std::span<const float>, std::int64_t, int,
                                                              ActivationEncoding, std::span<std::uint8_t>);

}  // namespace axescope
