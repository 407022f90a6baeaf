// SPDX-License-Identifier: GPL-3.0-or-later
#include "quantized_network.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "core/integer/value_range.h"
#include "core/number/weight_quantizer.h"

namespace axescope {

namespace {

ActivationQuantizer settled(const ActivationQuantizer& quantizer, const MultiplierRule& rule) {
  return rule.scales == ScaleQuantization::powerOfTwo ? withPowerOfTwoScale(quantizer) : quantizer;
}

QuantizedLayer roundedLayer(const LayerTensors& tensors, const ActivationQuantizer& input,
                            const QuantizedNetworkOptions& options) {
  QuantizedLayer layer;
  layer.input = input;
  layer.weightBits = options.weightBits;
  layer.scales =
      weightScales(tensors.weight, weightCodeRange(options.weightBits, WeightRange::narrow), WeightScaleRule::absmax);
  ScaleGrid grid{.rule = options.rule.scales, .bits = options.rule.scaleBits};
  if (grid.rule == ScaleQuantization::shared) {
    grid.unit = *std::max_element(layer.scales.begin(), layer.scales.end()) / grid.largestInteger();
    layer.scaleUnit = grid.unit;
  }
  for (double& scale : layer.scales) scale = grid.nearest(scale);
  const IntegerRange range = weightCodeRange(options.weightBits, WeightRange::narrow);
  layer.codes.resize(tensors.weight.rows(), tensors.weight.cols());
  for (Eigen::Index c = 0; c < layer.codes.rows(); ++c) {
    for (Eigen::Index k = 0; k < layer.codes.cols(); ++k) {
      const double code =
          std::nearbyint(static_cast<double>(tensors.weight(c, k)) / layer.scales[static_cast<std::size_t>(c)]);
      layer.codes(c, k) =
          static_cast<std::int16_t>(std::clamp(code, static_cast<double>(range.low), static_cast<double>(range.high)));
    }
  }
  layer.bias = tensors.bias;
  return layer;
}

Network built(const SmallNetwork& description) {
  auto network = description.build();
  if (!network) throw std::runtime_error(network.error().line());
  return *std::move(network);
}

}  // namespace

QuantizedNetwork::QuantizedNetwork(const SmallNetwork& network_, const Tensor& samples,
                                   const QuantizedNetworkOptions& options_)
    : description(network_),
      options(options_),
      network(built(network_)),
      quantized(network_.layers.size()),
      layers(network_.layers.size()) {
  std::vector<Tensor> values(network.nodes().size() + 1);
  values[0] = samples;
  for (std::size_t node = 0; node < network.nodes().size(); ++node) {
    std::vector<const Tensor*> inputs;
    for (const std::size_t value : network.nodes()[node].inputs) inputs.push_back(&values[value]);
    const Status status = network.runNode(node, inputs, values[node + 1], network.floatLayers());
    if (!status) throw std::runtime_error(status.error().line());
    if (const auto layer = network.nodes()[node].layer) {
      const ValueRange range = ValueRange::of(*inputs.front());
      const auto input =
          settled(activationQuantizer(range.low, range.high, options.activationBits, options.encoding), options.rule);
      quantized[*layer] = std::make_shared<const QuantizedLayer>(roundedLayer(**network.layer(*layer), input, options));
      layers[*layer].emplace(IntegerLayer::exact(network.layerInfo(*layer), *quantized[*layer]));
    }
  }
  for (std::size_t value = 0; value < values.size(); ++value) {
    const ValueRange range = ValueRange::of(values[value]);
    elements.push_back(value == 0 && range.isBytes ? byteCodes()
                                                   : settled(elementCodes(range, options.elementBits), options.rule));
  }
}

LayerFunctions QuantizedNetwork::layerFunctions() const {
  return {.integers = [this](std::size_t layer, const CodeTensor& input, const CodeScaling& scaling,
                             CodeTensor& output) { return layers[layer]->run(input, scaling, output, nullptr); },
          .floats = [this](std::size_t layer, const Tensor& input, Tensor& output) -> Status {
            if (quantized[layer]) return layers[layer]->run(input, output, nullptr);
            return network.floatLayer(layer, input, output);
          }};
}

Tensor QuantizedNetwork::run(const IntegerNetwork& integers, const Tensor& samples) const {
  SpareCodes spare;
  auto output = integers.run(samples, layerFunctions(), spare);
  EXPECT_TRUE(output) << output.error().line();
  return output.value_or(Tensor{});
}

}  // namespace axescope
