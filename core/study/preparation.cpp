// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/preparation.h"

#include <algorithm>

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
    layer.quantized = globMatches(key.layers, info.name);
    if (!layer.quantized) continue;
    any = true;
    layer.skipped = !key.skipLayers.empty() && globMatches(key.skipLayers, info.name);
    layer.input.bits = activationBitsOf(layer, key);
    layer.input.encoding = key.activation;
    if (info.givenInputQuantizer) {
      layer.input = *info.givenInputQuantizer;
      layer.hasInputs = true;
    }
    AXESCOPE_TRY(LayerTensors tensors, model.layerTensors(index));
    layer.tensors = std::make_shared<const LayerTensors>(std::move(tensors));
  }
  if (!any) {
    return fail(ErrorCode::invalidArgument, dump.fileName(), "--layers", "a glob that matches a layer",
                "'" + key.layers + "'");
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
    const auto visit = [&](std::size_t index, const Tensor& x, const Tensor&) -> Status {
      PreparedLayer& layer = preparation.layers_[index];
      if (!layer.quantized) return {};
      if (!layer.hasInputs) {
        PercentileObserver observer(key.percentile, x.size());
        observer.observe(x.data);
        layer.input = quantizerFromRange(observer, key, activationBitsOf(layer, key));
        layer.hasInputs = true;
      }
      if (propagates) return {};
      LayerStatistics statistics(dump.layers()[index], layer.tensors->weight, layer.input);
      statistics.add(x, x);
      layer.statistics = statistics.finish();
      return {};
    };
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
