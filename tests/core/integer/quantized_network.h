// SPDX-License-Identifier: GPL-3.0-or-later
// Small networks quantized by rounding, with codes for every value: what an integer network is built from.
#pragma once

#include <optional>
#include <vector>

#include "core/integer/integer_network.h"
#include "core/network/integer_layer.h"
#include "tests/core/network/small_network.h"

namespace axescope {

struct QuantizedNetworkOptions {
  int weightBits = 8;
  int activationBits = 8;
  ActivationEncoding encoding = ActivationEncoding::asymmetric;
  int elementBits = 16;
  MultiplierRule rule{};
};

/// Everything lives as long as this does; `description` too.
struct QuantizedNetwork {
  QuantizedNetwork(const SmallNetwork& description, const Tensor& samples, const QuantizedNetworkOptions& options);

  /// One of its layers as if it was never quantized.
  void leaveInFloat(std::size_t layer) { quantized[layer].reset(); }
  IntegerNetwork integers() const { return {network, quantized, elements, options.rule}; }
  LayerFunctions layerFunctions() const;
  Tensor run(const IntegerNetwork& integers, const Tensor& samples) const;

  const SmallNetwork& description;
  QuantizedNetworkOptions options;
  Network network;
  QuantizedLayers quantized;
  std::vector<std::optional<IntegerLayer>> layers;
  std::vector<ActivationQuantizer> elements;
};

}  // namespace axescope
