// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/input_codes.h"

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

#include "core/network/calibration.h"
#include "core/network/integer_layer.h"
#include "core/number/row_quantizer.h"
#include "core/study/transformation.h"

namespace axescope {

namespace {

InputCodes codesOf(const LayerInfo& info, const PreparedLayer& layer, Shape shape, std::span<const float> values) {
  InputCodes kept{std::move(shape), {}};
  kept.codes.resize(static_cast<std::size_t>(elements(kept.shape)));
  values = values.first(kept.codes.size());
  if (layer.dynamicInput) {
    quantizeRows(values, info.inputs, layer.input.bits, layer.input.encoding, std::span(kept.codes));
  } else {
    layer.input.quantize(values, std::span(kept.codes));
  }
  return kept;
}

Result<InputCodes> ofOwnInputs(const Model& model, const PreparedLayer& layer, std::size_t index,
                               std::int64_t samples) {
  const LayerInfo& info = model.dump().layers()[index];
  AXESCOPE_TRY(Tensor input, model.dump().loadLayerInput(index, 0, std::min(samples, info.calibrationSamples())));
  transformInput(info, layer.transform, input);
  return codesOf(info, layer, input.shape, input.data);
}

// One layer at a time in integers, on the way through the network.
class NetworkCodes {
 public:
  NetworkCodes(const Model& model, const Preparation& preparation, const QuantizedModel& quantized,
               std::int64_t samples, std::vector<InputCodes>& kept)
      : model_(model), preparation_(preparation), quantized_(quantized), samples_(samples), kept_(kept) {}

  Status walk(const Job& job) {
    const bool propagates = preparation_.propagates();
    const CalibrationBranches branches{
        .count = propagates ? std::size_t{1} : std::size_t{0},
        .layer = [this](std::size_t, std::size_t) { return running_ ? &*running_ : nullptr; },
        .goesOn = [](std::size_t) { return true; }};
    const LayerVisitor visit = [&](const LayerUse& use) -> Status {
      running_.reset();
      if (!quantized_.has(use.layer)) return {};
      keep(use.layer, propagates ? *use.quantized.front() : *use.x);
      if (!propagates) return {};
      AXESCOPE_TRY(const auto codes, quantized_.layer(use.layer));
      running_.emplace(IntegerLayer::exact(model_.dump().layers()[use.layer], *codes));
      return {};
    };
    AXESCOPE_TRY(Tensor inputs, model_.calibrationSamples(samples_, 0));
    return walkCalibration(*preparation_.network(), std::move(inputs), branches, visit, job);
  }

 private:
  // Of its first use.
  void keep(std::size_t layer, const Tensor& input) {
    if (!kept_[layer].codes.empty()) return;
    const LayerInfo& info = model_.dump().layers()[layer];
    Shape shape = input.shape;
    if (info.kind == LayerKind::linear) shape = {input.size() / info.inputs, info.inputs};
    shape.front() = std::min(shape.front(), samples_);
    kept_[layer] = codesOf(info, preparation_.layer(layer), std::move(shape), input.data);
  }

  const Model& model_;
  const Preparation& preparation_;
  const QuantizedModel& quantized_;
  std::int64_t samples_;
  std::vector<InputCodes>& kept_;
  std::optional<IntegerLayer> running_;  // the layer visited last, in the quantized network
};

}  // namespace

Result<std::vector<InputCodes>> inputCodes(const Model& model, const Preparation& preparation,
                                           const QuantizedModel& quantized, std::int64_t samples, const Job& job) {
  std::vector<InputCodes> kept(quantized.size());
  if (samples <= 0) return kept;
  for (std::size_t layer = 0; layer < quantized.size(); ++layer) {
    if (!quantized.has(layer) || model.dump().layers()[layer].calibrationSamples() == 0) continue;
    AXESCOPE_TRY(kept[layer], ofOwnInputs(model, preparation.layer(layer), layer, samples));
  }
  if (model.canPropagate()) AXESCOPE_CHECK(NetworkCodes(model, preparation, quantized, samples, kept).walk(job));
  return kept;
}

}  // namespace axescope
