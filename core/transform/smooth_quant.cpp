// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/smooth_quant.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "core/transform/layer_pairs.h"
#include "core/transform/layer_scaling.h"

namespace axescope {

namespace {

std::vector<double> smoothingFactors(const std::vector<double>& inputs, const std::vector<double>& weights,
                                     double alpha) {
  std::vector<double> factors;
  for (std::size_t j = 0; j < inputs.size(); ++j) {
    const bool alive = inputs[j] > 0.0 && weights[j] > 0.0;
    factors.push_back(alive ? soundFactor(std::pow(inputs[j], alpha) / std::pow(weights[j], 1.0 - alpha)) : 1.0);
  }
  return factors;
}

}  // namespace

Status smoothInputs(TransformedModel& model, const std::vector<std::vector<double>>& largestInputs, double alpha) {
  std::map<std::size_t, LayerPair> pairs;  // by second layer
  std::optional<Network> network;
  if (model.source) {
    AXESCOPE_TRY(network, buildNetwork(model));
    for (const LayerPair& pair : layerPairs(model, *network)) pairs.emplace(pair.second, pair);
  }
  for (std::size_t index = 0; index < model.layers.size(); ++index) {
    TransformedLayer& layer = model.layers[index];
    if (!layer.mayChangeInput || largestInputs[index].empty()) continue;
    const auto pair = pairs.find(index);
    const std::int64_t perChannel = pair == pairs.end() ? 1 : pair->second.inputsPerChannel;
    const auto s = smoothingFactors(largestOfRuns(largestInputs[index], perChannel),
                                    largestOfRuns(inputRanges(layer.info, layer.tensors), perChannel), alpha);
    if (pair != pairs.end()) {
      absorbDivision(model.layers[pair->second.first], layer, s);
    } else {
      multiplyInputs(layer.info, layer.tensors, s);
      layer.done.divisors = s;
    }
  }
  return {};
}

}  // namespace axescope
