// SPDX-License-Identifier: GPL-3.0-or-later
// A quantized layer as hardware would run it: activation codes, integer accumulation through the datapath, then
// zero point, scale and bias outside the accumulator: y = s_x s_c (Σ q_i x_i − z Σ q_i) + b.
#pragma once

#include <vector>

#include "core/base/error.h"
#include "core/datapath/emulator.h"
#include "core/dump/dump.h"
#include "core/network/quantized_layer.h"

namespace axescope {

/// A datapath on which no dot product of these codes can overflow: the arithmetic itself.
Datapath exactDatapath(const CodeMatrix& codes, IntegerRange activations);

class IntegerLayer {
 public:
  /// bias: C values or none.
  IntegerLayer(const LayerInfo& info, const QuantizedLayer& quantized, std::vector<float> bias,
               const Datapath& datapath);

  /// On the calling thread; the output gets its shape here. `statistics` may be null, else overflows are added (C
  /// channels). Errors: wrongShape, with the layer as object.
  Status run(const Tensor& input, Tensor& output, OverflowStatistics* statistics) const;

  /// One per group.
  const std::vector<LayerEmulator>& emulators() const { return emulators_; }
  bool guaranteed() const;
  /// Widest over the groups.
  int outerBits() const;
  double maxUse() const;

 private:
  template <class Code>
  void runTyped(const Tensor& input, Tensor& output, OverflowStatistics* statistics) const;
  template <class Code, class Sum>
  void runRows(const Code* rows, std::int64_t count, std::int64_t group, float* output, std::int64_t rowStride,
               std::int64_t channelStride, OverflowStatistics* statistics) const;

  LayerInfo info_;
  ActivationQuantizer input_;
  std::vector<float> bias_;
  std::vector<double> outputScale_;         // C: s_x s_c
  std::vector<std::int64_t> zeroPointSum_;  // C: z Σ q_i
  std::vector<LayerEmulator> emulators_;
};

}  // namespace axescope
