// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/input_codes.h"

#include <algorithm>
#include <optional>
#include <span>

#include "core/network/calibration.h"
#include "core/network/integer_layer.h"
#include "core/number/row_quantizer.h"

namespace axescope {

namespace {

void keepCodes(const Tensor& input, std::int64_t samples, QuantizedFileLayer& layer) {
  Shape shape = input.shape;
  if (layer.info.kind == LayerKind::linear) {
    const std::int64_t rows = input.size() / layer.info.inputs;
    shape = {rows, layer.info.inputs};
  }
  shape.front() = std::min(shape.front(), samples);
  layer.inputCodesShape = shape;
  layer.inputCodes.resize(static_cast<std::size_t>(elements(shape)));
  quantizeInputs(std::span(input.data).first(layer.inputCodes.size()), layer);
}

QuantizedFileLayer* findLayer(QuantizedFile& file, const std::string& name) {
  const auto found = std::find_if(file.layers.begin(), file.layers.end(),
                                  [&](const QuantizedFileLayer& layer) { return layer.info.name == name; });
  return found == file.layers.end() ? nullptr : &*found;
}

}  // namespace

void quantizeInputs(std::span<const float> values, QuantizedFileLayer& layer) {
  const std::span<std::int16_t> codes(layer.inputCodes);
  if (layer.dynamicInput) {
    quantizeRows(values, layer.info.inputs, layer.input.bits, layer.input.encoding, codes);
  } else {
    layer.input.quantize(values, codes);
  }
}

Status addNetworkInputCodes(const Model& model, const Preparation& preparation, const QuantizedModel& quantized,
                            std::int64_t samples, const Job& job, QuantizedFile& file) {
  if (samples <= 0 || !model.canPropagate()) return {};
  const Network& network = *preparation.network();
  std::vector<std::optional<IntegerLayer>> layers(quantized.size());
  for (std::size_t i = 0; i < quantized.size(); ++i) {
    if (!quantized[i]) continue;
    layers[i].emplace(IntegerLayer::exact(model.dump().layers()[i], *quantized[i]));
  }
  const bool propagates = preparation.calibration().has_value();
  const CalibrationBranches branches{
      .count = propagates ? std::size_t{1} : std::size_t{0},
      .layer = [&](std::size_t, std::size_t layer) { return layers[layer] ? &*layers[layer] : nullptr; },
      .goesOn = [](std::size_t) { return true; }};
  const LayerVisitor visit = [&](const LayerUse& use) -> Status {
    QuantizedFileLayer* kept = findLayer(file, model.dump().layers()[use.layer].name);
    const Tensor& seen = propagates ? *use.quantized.front() : *use.x;
    if (kept != nullptr && kept->inputCodes.empty()) keepCodes(seen, samples, *kept);
    return {};
  };
  AXESCOPE_TRY(Tensor inputs, model.calibrationSamples(samples, 0));
  return walkCalibration(network, std::move(inputs), branches, visit, job);
}

}  // namespace axescope
