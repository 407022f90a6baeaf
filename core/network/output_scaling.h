// SPDX-License-Identifier: GPL-3.0-or-later
// What a quantized layer does outside its accumulators: y = s_x s_c (Σ q_i x_i − z Σ q_i) + b, in float64 to the last
// step, or in integers, to codes; q in units of the channel's scale.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "core/network/quantized_layer.h"
#include "core/number/requantizer.h"

namespace axescope {

/// Applies to each sum a function of its channel: a class with a const operator() from a 64-bit integer.
template <class Channel>
class ChannelScaling {
 public:
  using Value = decltype(std::declval<const Channel&>()(std::int64_t{}));

  explicit ChannelScaling(std::vector<Channel> channels) : channels_(std::move(channels)) {}
  const std::vector<Channel>& channels() const { return channels_; }

  /// sums[rows×C], dense, to output[rows×C].
  template <class Sum>
  void toRows(const Sum* sums, std::int64_t rows, Value* output) const;

  /// sums[rows×channels], dense, of the channels from `first` on, to planes[channels][·], planeStride apart.
  template <class Sum>
  void toPlanes(const Sum* sums, std::int64_t rows, std::int64_t first, std::int64_t channels, Value* planes,
                std::int64_t planeStride) const;

 private:
  std::vector<Channel> channels_;
};

/// To the codes of another quantizer.
using CodeScaling = ChannelScaling<Requantizer>;

/// The same scaling of sums whose inputs were `difference` larger: Σ q_i (x_i + difference). codeSums[C]: Σ q_i.
CodeScaling ofLargerInputs(const CodeScaling& scaling, std::int64_t difference, std::span<const std::int64_t> codeSums);

struct FloatChannel {
  double scale = 1.0;             // s_x s_c
  std::int64_t zeroPointSum = 0;  // z Σ q_i
  double bias = 0.0;

  float operator()(std::int64_t sum) const {
    return static_cast<float>(scale * static_cast<double>(sum - zeroPointSum) + bias);
  }
};

class OutputScaling : public ChannelScaling<FloatChannel> {
 public:
  /// `input` quantizes the x_i.
  OutputScaling(const QuantizedLayer& layer, const ActivationQuantizer& input);

  using ChannelScaling::toRows;
  /// The same where each row was quantized by its own, one quantizer per row.
  template <class Sum>
  void toRows(const Sum* sums, std::span<const ActivationQuantizer> rows, float* output) const;

  const std::vector<std::int64_t>& codeSums() const { return codeSums_; }

 private:
  std::vector<double> weightScales_;    // s_c
  std::vector<std::int64_t> codeSums_;  // Σ q_i
};

extern template class ChannelScaling<FloatChannel>;
extern template class ChannelScaling<Requantizer>;
extern template void OutputScaling::toRows(const std::int32_t*, std::span<const ActivationQuantizer>, float*) const;
extern template void OutputScaling::toRows(const std::int64_t*, std::span<const ActivationQuantizer>, float*) const;

}  // namespace axescope
