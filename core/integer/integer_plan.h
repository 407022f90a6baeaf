// SPDX-License-Identifier: GPL-3.0-or-later
// Which integers stand for each value of a network, and which operations stay in float.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/network/network.h"
#include "core/network/quantized_layer.h"

namespace axescope {

/// By index into Dump::layers(); null for a layer left in float.
using QuantizedLayers = std::vector<std::shared_ptr<const QuantizedLayer>>;

/// One node that the integer network computes in float, between a de-quantization and a re-quantization.
struct FloatOperation {
  std::string node;
  std::string op;
  std::string reason;
  friend bool operator==(const FloatOperation&, const FloatOperation&) = default;
};

/// A value that quantized layers alone read, directly or through operations that hand codes on as they are, has the
/// codes of those layers; so has what such operations read. A value of integers 0…255 that nothing asks codes of keeps
/// them. Other values have element codes. What a float operation makes stays float where float operations alone read
/// it.
class IntegerPlan {
 public:
  /// `elements`, by value: the quantizers of element codes. Layers of `quantized` have known input scales.
  IntegerPlan(const Network& network, const QuantizedLayers& quantized, std::vector<ActivationQuantizer> elements);

  /// None: float32.
  const std::optional<ActivationQuantizer>& format(std::size_t value) const { return formats_[value]; }
  /// Why the node stays in float; empty where it does not.
  const std::string& floatReason(std::size_t node) const { return reasons_[node]; }
  std::vector<FloatOperation> floatOperations(const Network& network) const;

 private:
  std::vector<std::optional<ActivationQuantizer>> formats_;  // by value
  std::vector<std::string> reasons_;                         // by node
};

/// Whether the node's output is in the codes of its inputs, limited or moved but not scaled.
bool handsCodesOn(const std::string& op);

}  // namespace axescope
