// SPDX-License-Identifier: GPL-3.0-or-later
// A quantized layer as hardware would run it: activation codes, integer accumulation through the datapath, then
// zero point, scale and bias outside the accumulator: y = s_x s_c (Σ q_i x_i − z Σ q_i) + b, with s_x and z of each row
// where inputs are quantized dynamically, and q_i in units of the channel's scale where tiles have multipliers.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/datapath/emulator.h"
#include "core/dump/dump.h"
#include "core/network/direct_convolution.h"
#include "core/network/output_scaling.h"
#include "core/network/quantized_layer.h"
#include "core/network/shape.h"

namespace axescope {

/// How a layer is computed; named so that tests can assert which one ran.
enum class LayerPath {
  rows,         // of a linear layer, through the emulator
  columns,      // a convolution's windows as rows, through the emulator
  convolution,  // a guaranteed convolution by the machine's own kernel
};

/// Const but for what it prepares on first use; shared by threads.
class IntegerLayer {
 public:
  /// Multipliers, unless all are 1, are those of the datapath's tiles.
  IntegerLayer(const LayerInfo& info, const QuantizedLayer& quantized, const Datapath& datapath);

  /// The layer on a datapath on which none of its dot products can overflow: the arithmetic itself.
  static IntegerLayer exact(const LayerInfo& info, const QuantizedLayer& quantized);

  /// On the calling thread; the output gets its shape here. `statistics` may be null, else overflows are added (C
  /// channels). Errors: wrongShape, with the layer as object.
  Status run(const Tensor& input, Tensor& output, OverflowStatistics* statistics) const;

  /// Which way inputs of this shape go, one that run() accepts.
  LayerPath path(const Shape& input, CountOverflows count) const;

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
  void runRows(const std::vector<Code>& codes, std::span<const ActivationQuantizer> ofRows, Tensor& output,
               OverflowStatistics* statistics) const;
  template <class Code, class Sum>
  void runColumns(const Tensor& input, const std::vector<Code>& codes, Tensor& output,
                  OverflowStatistics* statistics) const;
  template <class Code, class Sum>
  void emulate(const Code* rows, std::int64_t count, std::int64_t group, Sum* sums,
               OverflowStatistics* statistics) const;

  LayerInfo info_;
  ActivationQuantizer input_;
  bool dynamic_;
  OutputScaling scaling_;
  std::vector<LayerEmulator> emulators_;
  std::shared_ptr<const DirectConvolution> direct_;  // null where it cannot serve
};

}  // namespace axescope
