// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/transform/equalize.h"

#include <algorithm>
#include <cmath>

#include "core/transform/layer_pairs.h"
#include "core/transform/layer_scaling.h"

namespace axescope {

namespace {

// A channel that weighs less than this share of the layer's largest is dead: made as large as the others, its bias
// would rule the range of all activations.
constexpr double leastShare = 1e-6;

// s_i = √(r1_i r2_i)/r2_i: dividing outputs and multiplying inputs by it leaves √(r1_i r2_i) on both sides.
std::vector<double> equalizingFactors(const std::vector<double>& outputs, const std::vector<double>& inputs) {
  const double leastOutput = leastShare * std::ranges::max(outputs);
  const double leastInput = leastShare * std::ranges::max(inputs);
  std::vector<double> factors;
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    const bool alive = outputs[i] > leastOutput && inputs[i] > leastInput;
    factors.push_back(alive ? soundFactor(std::sqrt(outputs[i] / inputs[i])) : 1.0);
  }
  return factors;
}

void equalize(TransformedLayer& first, TransformedLayer& second, std::int64_t inputsPerChannel) {
  const auto inputs = largestOfRuns(inputRanges(second.info, second.tensors), inputsPerChannel);
  const std::vector<double> s = equalizingFactors(outputRanges(first.tensors), inputs);
  absorbDivision(first, second, s);
}

}  // namespace

Status equalizeLayers(TransformedModel& model, int iterations) {
  if (!model.source) return {};
  AXESCOPE_TRY(const Network network, buildNetwork(model));
  const std::vector<LayerPair> pairs = layerPairs(model, network);
  for (int iteration = 0; iteration < iterations; ++iteration) {
    for (const LayerPair& pair : pairs) {
      equalize(model.layers[pair.first], model.layers[pair.second], pair.inputsPerChannel);
    }
  }
  return {};
}

}  // namespace axescope
