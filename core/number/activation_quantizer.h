// SPDX-License-Identifier: GPL-3.0-or-later
// Static per-tensor activation quantizers.
#pragma once

#include <cstdint>
#include <span>

#include "core/number/integer_range.h"

namespace axescope {

/// x_int = clip(round(x / scale) + zeroPoint, μ, ν); x̃ = scale · (x_int − zeroPoint). The zero point lies in
/// [μ, ν], so that the value 0 (padding) is represented exactly. Codes are held in 16 signed bits: unsigned encodings
/// have at most 15 bits. Values must be numbers: NaN is refused where files are read.
struct ActivationQuantizer {
  double scale = 1.0;
  std::int64_t zeroPoint = 0;
  int bits = 8;
  ActivationEncoding encoding = ActivationEncoding::asymmetric;

  IntegerRange range() const { return activationRange(bits, encoding); }
  std::int16_t quantize(float value) const;
  float dequantize(std::int64_t code) const;
  /// The same for many, values and codes of the same length. Bytes: range() must fit them.
  void quantize(std::span<const float> values, std::span<std::int16_t> codes) const;
  void quantize(std::span<const float> values, std::span<std::int8_t> codes) const;
  void quantize(std::span<const float> values, std::span<std::uint8_t> codes) const;
  friend bool operator==(const ActivationQuantizer&, const ActivationQuantizer&) = default;
};

/// From the observed range [low, high] (percentiles of the calibration values):
/// asymmetric: l = min(low, 0), h = max(high, 0), scale (h − l)/(2^N − 1), zeroPoint clip(round(−l/scale));
/// centred: the same with every code and the zero point moved by −2^(N−1);
/// signedSymmetric: scale max(|low|, |high|)/(2^(N−1) − 1), zero point 0;
/// unsignedSymmetric: scale max(high, 0)/(2^N − 1), zero point 0 (negative values clip to 0).
/// A constant zero tensor gets scale 1. signedSymmetric needs two bits or more: settings, files that are read and files
/// that are written refuse or never make one of a single bit.
ActivationQuantizer activationQuantizer(double low, double high, int bits, ActivationEncoding encoding);

/// The same range with the next larger power of two for its scale.
ActivationQuantizer withPowerOfTwoScale(ActivationQuantizer quantizer);

}  // namespace axescope
