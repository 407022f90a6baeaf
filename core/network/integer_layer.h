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
#include "core/network/code_tensor.h"
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

  /// The same from codes to codes, in integers alone: `input` has the layer's input codes, each accumulator goes
  /// through its channel's scaling. Not with dynamic inputs.
  Status run(const CodeTensor& input, const CodeScaling& scaling, CodeTensor& output,
             OverflowStatistics* statistics) const;

  /// Which way inputs of this shape go, one that run() accepts.
  LayerPath path(const Shape& input, CountOverflows count) const;

  /// One per group.
  const std::vector<LayerEmulator>& emulators() const { return emulators_; }
  bool guaranteed() const;
  /// Widest over the groups.
  int outerBits() const;
  double maxUse() const;

 private:
  Result<Shape> outputShape(const Shape& input, OverflowStatistics* statistics) const;
  /// Calls use(Code{}) with the narrowest type of the layer's input codes.
  template <class Use>
  void withCodeType(const Use& use) const;
  /// Calls use(Sum{}) with the narrowest type of what the outer accumulators hold.
  template <class Use>
  void withSumType(const Use& use) const;
  /// codes of values of this shape, each accumulator through its channel's scaling.
  template <class Code, class Scaling>
  void runCodes(const Shape& input, const std::vector<Code>& codes, const Scaling& scaling,
                typename Scaling::Value* output, OverflowStatistics* statistics) const;
  /// Calls use(sums[count×C], first row, count) for blocks of rows of a linear layer.
  template <class Code, class Use>
  void sumRows(const std::vector<Code>& codes, const Use& use, OverflowStatistics* statistics) const;
  /// Calls use(sums[count×channels of a group], place, count) for blocks of positions of a convolution.
  template <class Code, class Use>
  void sumColumns(const Shape& input, const std::vector<Code>& codes, const Use& use,
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
