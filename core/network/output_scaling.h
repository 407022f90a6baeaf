// SPDX-License-Identifier: GPL-3.0-or-later
// What a quantized layer does outside its accumulators: y = s_x s_c (Σ q_i x_i − z Σ q_i) + b, in float64 to the last
// step; q in units of the channel's scale.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/network/quantized_layer.h"

namespace axescope {

class OutputScaling {
 public:
  /// `input` quantizes the x_i.
  OutputScaling(const QuantizedLayer& layer, const ActivationQuantizer& input);

  /// sums[rows×C], dense, to output[rows×C].
  template <class Sum>
  void toRows(const Sum* sums, std::int64_t rows, float* output) const;

  /// The same where each row was quantized by its own, one quantizer per row.
  template <class Sum>
  void toRows(const Sum* sums, std::span<const ActivationQuantizer> rows, float* output) const;

  /// sums[rows×channels], dense, of the channels from `first` on, to planes[channels][·], planeStride apart.
  template <class Sum>
  void toPlanes(const Sum* sums, std::int64_t rows, std::int64_t first, std::int64_t channels, float* planes,
                std::int64_t planeStride) const;

 private:
  struct Channel {
    double scale = 1.0;             // s_x s_c
    std::int64_t zeroPointSum = 0;  // z Σ q_i
    double bias = 0.0;
    template <class Sum>
    float operator()(Sum sum) const;
  };
  std::vector<Channel> channels_;
  std::vector<double> weightScales_;    // s_c
  std::vector<std::int64_t> codeSums_;  // Σ q_i
};

extern template void OutputScaling::toRows(const std::int32_t*, std::int64_t, float*) const;
extern template void OutputScaling::toRows(const std::int64_t*, std::int64_t, float*) const;
extern template void OutputScaling::toRows(const std::int32_t*, std::span<const ActivationQuantizer>, float*) const;
extern template void OutputScaling::toRows(const std::int64_t*, std::span<const ActivationQuantizer>, float*) const;
extern template void OutputScaling::toPlanes(const std::int32_t*, std::int64_t, std::int64_t, std::int64_t, float*,
                                             std::int64_t) const;
extern template void OutputScaling::toPlanes(const std::int64_t*, std::int64_t, std::int64_t, std::int64_t, float*,
                                             std::int64_t) const;

}  // namespace axescope
