// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/preparation.h"

#include <algorithm>
#include <utility>

#include "core/network/calibration.h"
#include "core/network/layer_statistics.h"
#include "core/number/range_observer.h"
#include "core/study/layer_overrides.h"
#include "core/study/transformation.h"

namespace axescope {

namespace {

Result<std::shared_ptr<const LayerTensors>> tensorsOf(const Model& model, const PreparedLayer& layer,
                                                      std::size_t index) {
  if (layer.transformed) return layer.transformed;
  return model.layerTensors(index);
}

ActivationQuantizer settledScale(const ActivationQuantizer& quantizer, const PointSettings& key) {
  return key.scaleQuantization == ScaleQuantization::powerOfTwo ? withPowerOfTwoScale(quantizer) : quantizer;
}

// Layers that the graph uses, from its calibration samples. The inputs of a layer that is used several times are kept
// until its last use: its range is that of all of them, and only then are there codes to sum.
class NetworkPreparation {
 public:
  /// keepsStatistics: without propagation, those of all layers.
  NetworkPreparation(const Model& model, const PointSettings& key, bool keepsStatistics,
                     std::vector<PreparedLayer>& layers, std::vector<std::shared_ptr<const LayerInputs>>& gathered)
      : model_(model),
        key_(key),
        keepsStatistics_(keepsStatistics),
        layers_(layers),
        gathered_(gathered),
        inputs_(layers.size()) {}

  Status visit(const LayerUse& use) {
    if (!layers_[use.layer].quantized) return {};
    inputs_[use.layer].push_back(use.x);
    if (use.number + 1 < use.count) return {};
    return prepare(use.layer, std::exchange(inputs_[use.layer], {}));
  }

 private:
  using Inputs = std::vector<std::shared_ptr<const Tensor>>;

  Status prepare(std::size_t index, const Inputs& uses) {
    PreparedLayer& layer = layers_[index];
    if (!layer.hasInputs) {
      std::int64_t values = 0;
      for (const auto& x : uses) values += x->size();
      RangeObserver observer(key_.activationRange, key_.percentile, values);
      for (const auto& x : uses) observer.observe(x->data);
      layer.input = settledScale(observer.quantizer(layer.input.bits, key_.activation), key_);
      layer.hasInputs = true;
    }
    const bool propagates = key_.propagation == Propagation::on;
    if (propagates ? uses.size() == 1 : !keepsStatistics_) return {};
    AXESCOPE_TRY(const auto tensors, tensorsOf(model_, layer, index));
    LayerStatistics statistics(model_.dump().layers()[index], tensors->weight, layer.input, layer.dynamicInput);
    for (std::size_t use = propagates ? 1 : 0; use < uses.size(); ++use) statistics.add(*uses[use], *uses[use]);
    if (propagates) {
      layer.laterUses = std::make_shared<const LayerStatistics>(std::move(statistics));
    } else {
      gathered_[index] = std::make_shared<const LayerInputs>(statistics.finish());
    }
    return {};
  }

  const Model& model_;
  const PointSettings& key_;
  bool keepsStatistics_;
  std::vector<PreparedLayer>& layers_;
  std::vector<std::shared_ptr<const LayerInputs>>& gathered_;
  std::vector<Inputs> inputs_;  // of uses so far, by layer
};

}  // namespace

PointSettings preparationKey(const PointSettings& settings) {
  PointSettings key;
  key.activationBits = settings.activationBits;
  key.activation = settings.activation;
  key.activationRange = settings.activationRange;
  key.activationDynamic = settings.activationDynamic;
  key.percentile = settings.percentile;
  key.propagation = settings.propagation;
  key.layers = settings.layers;
  key.lastLayer = settings.lastLayer;
  key.skipLayers = settings.skipLayers;
  key.skipBits = settings.skipBits;
  key.overrides = onlyOverridesOf(settings.overrides, {"activation_bits"});
  key.calibrationSamples = settings.calibrationSamples;
  key.seed = settings.seed;
  // Only powers of two concern activations.
  if (settings.scaleQuantization == ScaleQuantization::powerOfTwo) key.scaleQuantization = settings.scaleQuantization;
  key.foldBatchNorm = settings.foldBatchNorm;
  key.quantNorm = settings.quantNorm;
  key.normBits = settings.normBits;
  key.equalizeIterations = settings.equalizeIterations;
  key.smoothQuant = settings.smoothQuant;
  key.hadamard = settings.hadamard;
  key.attentionBits = settings.attentionBits;
  key.arithmetic = settings.arithmetic;
  key.elementBits = settings.elementBits;
  if (settings.tileBalance) {
    key.tileBalance = true;
    key.tileSize = settings.tileSize;
    key.overrides = onlyOverridesOf(settings.overrides, {"activation_bits", "tile"});
  }
  return key;
}

bool isSelected(const Model& model, const PointSettings& key, std::size_t layer) {
  const bool staysFloat = key.lastLayer == LastLayer::floating && model.lastLayer() == layer;
  return model.canQuantize(layer) && globMatches(key.layers, model.dump().layers()[layer].name) && !staysFloat;
}

Preparation::Preparation(const Model& model, PointSettings key, const MemoryPlan& plan)
    : model_(&model),
      key_(std::move(key)),
      plan_(plan),
      layers_(model.dump().layers().size()),
      ofGraph_(layers_.size()),
      own_(std::make_unique<LayerInputsCache>(plan.layerInputs)) {}

Result<Preparation> Preparation::make(const Model& model, const PointSettings& key, const MemoryPlan& plan,
                                      const Job& job) {
  const Dump& dump = model.dump();
  Preparation preparation(model, key, plan);
  AXESCOPE_CHECK(preparation.selectLayers());
  if (wantsTransforms(key)) {
    AXESCOPE_TRY(preparation.transformed_, transformLayers(model, key, preparation.layers_, job));
  }
  if (preparation.propagates() && !model.canPropagate()) {
    return fail(ErrorCode::invalidArgument, dump.fileName(), "--propagate", "a graph with /calibration/inputs for 'on'",
                "none");
  }
  const bool inIntegers = key.arithmetic == Arithmetic::integer;
  if (inIntegers && !model.canPropagate()) {
    return fail(ErrorCode::invalidArgument, dump.fileName(), "--arithmetic",
                "a graph with /calibration/inputs for 'integer'", "none");
  }
  if (model.canPropagate()) {
    AXESCOPE_TRY(Tensor samples, model.calibrationSamples(key.calibrationSamples, key.seed));
    if (preparation.propagates() || !plan.keepsStatistics) preparation.calibration_ = samples;
    NetworkPreparation prepared(model, key, plan.keepsStatistics, preparation.layers_, preparation.ofGraph_);
    const LayerVisitor visit = [&](const LayerUse& use) { return prepared.visit(use); };
    AXESCOPE_CHECK(walkCalibration(*preparation.network(), std::move(samples), {}, visit, job,
                                   inIntegers ? preparation.elementVisitor() : ValueVisitor{}));
  }
  for (std::size_t index = 0; index < preparation.layers_.size(); ++index) {
    AXESCOPE_CHECK(preparation.observeOwnInputs(index, job));
  }
  return preparation;
}

ValueVisitor Preparation::elementVisitor() {
  elements_.resize(network()->nodes().size() + 1);
  return [this](std::size_t value, const Tensor& all) {
    const ValueRange range = ValueRange::of(all);
    elements_[value] =
        value == 0 && range.isBytes ? byteCodes() : settledScale(elementCodes(range, key_.elementBits), key_);
  };
}

Result<std::shared_ptr<const LayerTensors>> Preparation::tensors(std::size_t layer) const {
  return tensorsOf(*model_, layers_[layer], layer);
}

Status Preparation::selectLayers() {
  const Dump& dump = model_->dump();
  bool any = false;
  for (std::size_t index = 0; index < layers_.size(); ++index) {
    const LayerInfo& info = dump.layers()[index];
    PreparedLayer& layer = layers_[index];
    layer.quantized = isSelected(*model_, key_, index);
    if (!layer.quantized) continue;
    any = true;
    layer.input.bits = widthsOf(key_, info.name).activationBits;
    layer.input.encoding = key_.activation;
    layer.input.scale = unknownScale;
    if (info.givenInputQuantizer) {
      layer.input = *info.givenInputQuantizer;
      layer.hasInputs = true;
    } else if (key_.activationDynamic && info.kind == LayerKind::linear) {
      layer.input.scale = 1.0;
      layer.dynamicInput = true;
      layer.hasInputs = true;
    }
  }
  if (any) return {};
  return fail(ErrorCode::invalidArgument, dump.fileName(), "--layers",
              "a glob that matches a layer which can be quantized",
              "'" + key_.layers + "'" + (key_.lastLayer == LastLayer::floating ? " with the last layer in float" : ""));
}

// The range of a layer's own inputs, where no file tells it.
Status Preparation::observeOwnInputs(std::size_t index, const Job& job) {
  const LayerInfo& info = model_->dump().layers()[index];
  PreparedLayer& layer = layers_[index];
  if (!layer.quantized || layer.hasInputs || info.calibrationSamples() == 0) return {};
  const auto chosen = chooseSamples(info.calibrationSamples(), key_.calibrationSamples, key_.seed);
  auto values = static_cast<std::int64_t>(chosen.size());
  for (std::size_t axis = 1; axis < info.inputShape.size(); ++axis) values *= info.inputShape[axis];
  RangeObserver observer(key_.activationRange, key_.percentile, values);
  AXESCOPE_CHECK(
      streamTransformedInput(*model_, index, layer.transform, chosen, job, [&](const Tensor& piece, std::int64_t) {
        observer.observe(piece.data);
        return Status{};
      }));
  layer.input = settledScale(observer.quantizer(layer.input.bits, key_.activation), key_);
  layer.hasInputs = true;
  return {};
}

Result<std::shared_ptr<const LayerInputs>> Preparation::inputs(std::size_t layer, const Job& job) const {
  const bool seenByGraph = model_->canPropagate() && model_->network()->usesLayer(layer);
  if (seenByGraph || model_->dump().layers()[layer].calibrationSamples() == 0) return ofGraph_[layer];
  return own_->get(layer, [&] { return gatherOwnInputs(layer, job); });
}

Result<std::shared_ptr<const LayerInputs>> Preparation::gatherOwnInputs(std::size_t index, const Job& job) const {
  const LayerInfo& info = model_->dump().layers()[index];
  const auto chosen = chooseSamples(info.calibrationSamples(), key_.calibrationSamples, key_.seed);
  const PreparedLayer& layer = layers_[index];
  AXESCOPE_TRY(const auto tensors, this->tensors(index));
  LayerStatistics statistics(info, tensors->weight, layer.input, layer.dynamicInput);
  AXESCOPE_CHECK(
      streamTransformedInput(*model_, index, layer.transform, chosen, job, [&](const Tensor& piece, std::int64_t) {
        statistics.add(piece, piece);
        return Status{};
      }));
  return std::make_shared<const LayerInputs>(statistics.finish());
}

}  // namespace axescope
