// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/preparation.h"

#include <algorithm>
#include <utility>

#include "core/network/calibration.h"
#include "core/network/layer_statistics.h"
#include "core/number/percentile.h"

namespace axescope {

namespace {

ActivationQuantizer quantizerFromRange(const PercentileObserver& observer, const PointSettings& settings, int bits) {
  return activationQuantizer(observer.low(), observer.high(), bits, settings.activation);
}

int activationBitsOf(const PreparedLayer& layer, const PointSettings& settings) {
  return layer.skipped ? settings.skipBits : settings.activationBits;
}

Status prepareFromOwnInput(const Model& model, std::size_t index, const PointSettings& key, const Job& job,
                           PreparedLayer& layer) {
  const LayerInfo& info = model.dump().layers()[index];
  const auto chosen = chooseSamples(info.calibrationSamples(), key.calibrationSamples, key.seed);
  if (!layer.hasInputs) {
    std::int64_t values = static_cast<std::int64_t>(chosen.size());
    for (std::size_t axis = 1; axis < info.inputShape.size(); ++axis) values *= info.inputShape[axis];
    PercentileObserver observer(key.percentile, values);
    AXESCOPE_CHECK(model.streamLayerInput(index, chosen, job, [&](const Tensor& piece, std::int64_t) {
      observer.observe(piece.data);
      return Status{};
    }));
    layer.input = quantizerFromRange(observer, key, activationBitsOf(layer, key));
    layer.hasInputs = true;
  }
  LayerStatistics statistics(info, layer.tensors->weight, layer.input);
  AXESCOPE_CHECK(model.streamLayerInput(index, chosen, job, [&](const Tensor& piece, std::int64_t) {
    statistics.add(piece, piece);
    return Status{};
  }));
  layer.statistics = statistics.finish();
  return {};
}

// Layers that the graph uses, from its calibration samples. The inputs of a layer that is used several times are kept
// until its last use: its range is that of all of them, and only then are there codes to sum.
class NetworkPreparation {
 public:
  NetworkPreparation(const Model& model, const PointSettings& key, std::vector<PreparedLayer>& layers)
      : model_(model), key_(key), layers_(layers), inputs_(layers.size()) {}

  Status visit(const LayerUse& use) {
    if (!layers_[use.layer].quantized) return {};
    inputs_[use.layer].push_back(use.x);
    if (use.number + 1 == use.count) prepare(use.layer, std::exchange(inputs_[use.layer], {}));
    return {};
  }

 private:
  using Inputs = std::vector<std::shared_ptr<const Tensor>>;

  void prepare(std::size_t index, const Inputs& uses) {
    PreparedLayer& layer = layers_[index];
    if (!layer.hasInputs) {
      std::int64_t values = 0;
      for (const auto& x : uses) values += x->size();
      PercentileObserver observer(key_.percentile, values);
      for (const auto& x : uses) observer.observe(x->data);
      layer.input = quantizerFromRange(observer, key_, activationBitsOf(layer, key_));
      layer.hasInputs = true;
    }
    const bool propagates = key_.propagation == Propagation::on;
    if (propagates && uses.size() == 1) return;
    LayerStatistics statistics(model_.dump().layers()[index], layer.tensors->weight, layer.input);
    for (std::size_t use = propagates ? 1 : 0; use < uses.size(); ++use) statistics.add(*uses[use], *uses[use]);
    if (propagates) {
      layer.laterUses = std::make_shared<const LayerStatistics>(std::move(statistics));
    } else {
      layer.statistics = statistics.finish();
    }
  }

  const Model& model_;
  const PointSettings& key_;
  std::vector<PreparedLayer>& layers_;
  std::vector<Inputs> inputs_;  // of uses so far, by layer
};

}  // namespace

PointSettings preparationKey(const PointSettings& settings) {
  PointSettings key;
  key.activationBits = settings.activationBits;
  key.activation = settings.activation;
  key.percentile = settings.percentile;
  key.propagation = settings.propagation;
  key.layers = settings.layers;
  key.skipLayers = settings.skipLayers;
  key.skipBits = settings.skipBits;
  key.calibrationSamples = settings.calibrationSamples;
  key.seed = settings.seed;
  return key;
}

Result<LayerFeedback> layerFeedback(const std::vector<InputStatistics>& statistics, const FeedbackOptions& options,
                                    const std::string& name) {
  LayerFeedback matrices;
  for (std::size_t group = 0; group < statistics.size(); ++group) {
    std::string object = "layer '" + name + "'";
    if (statistics.size() > 1) object += " group " + std::to_string(group);
    AXESCOPE_TRY(Feedback one, feedback(statistics[group], options, object));
    matrices.push_back(std::move(one));
  }
  return matrices;
}

Result<std::shared_ptr<const LayerFeedback>> PreparedLayer::feedbackFor(const FeedbackOptions& options,
                                                                        const std::string& name) const {
  const std::scoped_lock lock(*mutex_);
  for (const CachedFeedback& cached : cache_) {
    if (cached.options == options) return cached.matrices;
  }
  AXESCOPE_TRY(LayerFeedback matrices, layerFeedback(statistics, options, name));
  cache_.push_back({options, std::make_shared<const LayerFeedback>(std::move(matrices))});
  return cache_.back().matrices;
}

Result<Preparation> Preparation::make(const Model& model, const PointSettings& key, const Job& job) {
  const Dump& dump = model.dump();
  Preparation preparation;
  preparation.layers_.resize(dump.layers().size());
  bool any = false;
  for (std::size_t index = 0; index < dump.layers().size(); ++index) {
    const LayerInfo& info = dump.layers()[index];
    PreparedLayer& layer = preparation.layers_[index];
    layer.quantized = model.canQuantize(index) && globMatches(key.layers, info.name);
    if (!layer.quantized) continue;
    any = true;
    layer.skipped = !key.skipLayers.empty() && globMatches(key.skipLayers, info.name);
    layer.input.bits = activationBitsOf(layer, key);
    layer.input.encoding = key.activation;
    layer.input.scale = unknownScale;
    if (info.givenInputQuantizer) {
      layer.input = *info.givenInputQuantizer;
      layer.hasInputs = true;
    }
    AXESCOPE_TRY(LayerTensors tensors, model.layerTensors(index));
    layer.tensors = std::make_shared<const LayerTensors>(std::move(tensors));
  }
  if (!any) {
    return fail(ErrorCode::invalidArgument, dump.fileName(), "--layers",
                "a glob that matches a layer which can be quantized", "'" + key.layers + "'");
  }
  const Network* network = model.network();
  const bool propagates = key.propagation == Propagation::on;
  if (propagates && !model.canPropagate()) {
    return fail(ErrorCode::invalidArgument, dump.fileName(), "--propagate", "a graph with /calibration/inputs for 'on'",
                "none");
  }
  if (model.canPropagate()) {
    AXESCOPE_TRY(Tensor samples, model.calibrationSamples(key.calibrationSamples, key.seed));
    if (propagates) preparation.calibration_ = samples;
    NetworkPreparation prepared(model, key, preparation.layers_);
    const LayerVisitor visit = [&](const LayerUse& use) { return prepared.visit(use); };
    AXESCOPE_CHECK(walkCalibration(*network, std::move(samples), nullptr, visit, job));
  }
  for (std::size_t index = 0; index < dump.layers().size(); ++index) {
    PreparedLayer& layer = preparation.layers_[index];
    const bool seenByGraph = model.canPropagate() && network->usesLayer(index);
    if (!layer.quantized || seenByGraph || dump.layers()[index].calibrationSamples() == 0) continue;
    AXESCOPE_CHECK(prepareFromOwnInput(model, index, key, job, layer));
  }
  return preparation;
}

}  // namespace axescope
