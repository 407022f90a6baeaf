// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

#include "core/dump/dump.h"
#include "core/ptq/statistics.h"

namespace axescope {

/// Input statistics of a layer from its input tensors: convolutions by columns, one set per group.
class LayerStatistics {
 public:
  /// dynamic: of a linear layer whose rows are quantized by their own range; of the quantizer only bits and encoding
  /// count then.
  LayerStatistics(const LayerInfo& info, const MatrixF& weight, const ActivationQuantizer& quantizer, bool dynamic);

  /// x: inputs of the float network; quantizedNetwork: the same samples' inputs in the network with the earlier layers
  /// quantized (x itself without error propagation), which this layer's quantizer then turns into codes.
  void add(const Tensor& x, const Tensor& quantizedNetwork);
  std::vector<InputStatistics> finish();

 private:
  void addRows(const Tensor& x, const std::vector<std::int16_t>& codes);
  void addDynamicRows(const Tensor& x, const Tensor& quantizedNetwork);
  void addImages(const Tensor& x, const std::vector<std::int16_t>& codes);

  LayerInfo info_;
  ActivationQuantizer quantizer_;
  bool dynamic_;
  std::vector<StatisticsAccumulator> groups_;
};

}  // namespace axescope
