// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/transformation.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/network/calibration.h"
#include "core/study/layer_overrides.h"
#include "core/transform/balance_tiles.h"
#include "core/transform/equalize.h"
#include "core/transform/fold_batch_norm.h"
#include "core/transform/quantize_norm.h"
#include "core/transform/rotate_inputs.h"
#include "core/transform/round_attention.h"
#include "core/transform/smooth_quant.h"

namespace axescope {

namespace {

// max|x_j| of each input feature or channel, over all that it is shown.
class LargestInputs {
 public:
  void observe(const LayerInfo& info, const Tensor& x) {
    const std::int64_t positions = info.kind == LayerKind::conv2d ? x.shape[2] * x.shape[3] : 1;
    largest_.resize(static_cast<std::size_t>(info.inputs), 0.0);
    const float* value = x.data.data();
    for (std::int64_t run = 0; run < x.size() / positions; ++run) {
      double& largest = largest_[static_cast<std::size_t>(run % info.inputs)];
      for (std::int64_t i = 0; i < positions; ++i) {
        largest = std::max(largest, static_cast<double>(std::abs(*value++)));
      }
    }
  }
  std::vector<double> take() { return std::move(largest_); }

 private:
  std::vector<double> largest_;
};

class Transformation {
 public:
  Transformation(const Model& model, const PointSettings& key, const Job& job) : model_(model), key_(key), job_(job) {}

  Result<TransformedModel> run(const std::vector<PreparedLayer>& layers) {
    AXESCOPE_CHECK(load(layers));
    AXESCOPE_CHECK(quantizeNorms(transformed_, key_.quantNorm, key_.normBits));
    if (key_.foldBatchNorm) AXESCOPE_CHECK(foldBatchNorms(transformed_));
    if (key_.equalizeIterations > 0) AXESCOPE_CHECK(equalizeLayers(transformed_, key_.equalizeIterations));
    if (key_.smoothQuant > 0.0) {
      AXESCOPE_TRY(const auto largest, largestInputs());
      AXESCOPE_CHECK(smoothInputs(transformed_, largest, key_.smoothQuant));
    }
    if (key_.hadamard) rotateInputs(transformed_);
    if (key_.tileBalance) AXESCOPE_CHECK(balance());
    if (key_.attentionBits > 0) roundAttention(transformed_, key_.attentionBits);
    return std::move(transformed_);
  }

 private:
  Status load(const std::vector<PreparedLayer>& layers) {
    const Network* const network = model_.network();
    for (std::size_t index = 0; index < layers.size(); ++index) {
      TransformedLayer layer;
      layer.info = model_.dump().layers()[index];
      if (layers[index].quantized) {
        AXESCOPE_TRY(const auto tensors, model_.layerTensors(index));
        layer.tensors = *tensors;
        layer.mayChange = !layer.tensors.weightScale;
        layer.mayChangeInput = layer.mayChange && !layer.info.givenInputQuantizer;
      } else if (network != nullptr && network->usesLayer(index)) {
        AXESCOPE_TRY(const auto tensors, network->layer(index));
        layer.tensors = *tensors;
      }
      transformed_.layers.push_back(std::move(layer));
    }
    if (network != nullptr) {
      AXESCOPE_TRY(transformed_.source, networkSource(model_.dump()));
    }
    return {};
  }

  Status balance() {
    std::vector<std::int64_t> tileSizes;
    for (const TransformedLayer& layer : transformed_.layers) {
      tileSizes.push_back(widthsOf(key_, layer.info.name).tileSize);
    }
    const Pressure pressure = hasSignedCodes(key_.activation) ? Pressure::ofBoth : Pressure::ofEachSign;
    return balanceTiles(transformed_, tileSizes, pressure);
  }

  // Of the layers whose inputs may change: what the graph feeds them, or inputs of their own.
  Result<std::vector<std::vector<double>>> largestInputs() const {
    std::vector<LargestInputs> largest(transformed_.layers.size());
    std::vector<bool> elsewhere(largest.size(), false);
    if (model_.canPropagate()) {
      AXESCOPE_TRY(const Network network, buildNetwork(transformed_));
      const LayerVisitor visit = [&](const LayerUse& use) -> Status {
        const TransformedLayer& layer = transformed_.layers[use.layer];
        elsewhere[use.layer] = elsewhere[use.layer] || !hasFeaturesLast(layer.info, *use.x);
        if (layer.mayChangeInput) largest[use.layer].observe(layer.info, *use.x);
        return {};
      };
      AXESCOPE_TRY(Tensor samples, model_.calibrationSamples(key_.calibrationSamples, key_.seed));
      AXESCOPE_CHECK(walkCalibration(network, std::move(samples), {}, visit, job_));
    }
    std::vector<std::vector<double>> values(largest.size());
    for (std::size_t index = 0; index < largest.size(); ++index) {
      if (!transformed_.layers[index].mayChangeInput || elsewhere[index]) continue;
      values[index] = largest[index].take();
      if (values[index].empty()) {
        AXESCOPE_TRY(values[index], largestOwnInputs(index));
      }
    }
    return values;
  }

  // A normalize node divides axis 1 of images and the last one of anything else.
  static bool hasFeaturesLast(const LayerInfo& info, const Tensor& x) {
    constexpr std::size_t imageAxes = 4;
    return info.kind == LayerKind::conv2d || x.shape.size() != imageAxes || (x.shape[2] == 1 && x.shape[3] == 1);
  }

  Result<std::vector<double>> largestOwnInputs(std::size_t index) const {
    const LayerInfo& info = transformed_.layers[index].info;
    if (info.calibrationSamples() == 0) {
      return fail(ErrorCode::invalidArgument, model_.dump().fileName(), "layer '" + info.name + "'",
                  "calibration inputs for --smooth-quant", "none in the file; --layers can leave it in float");
    }
    LargestInputs largest;
    const auto chosen = chooseSamples(info.calibrationSamples(), key_.calibrationSamples, key_.seed);
    AXESCOPE_CHECK(streamTransformedInput(model_, index, transformed_.layers[index].done, chosen, job_,
                                          [&](const Tensor& piece, std::int64_t) -> Status {
                                            largest.observe(info, piece);
                                            return {};
                                          }));
    return largest.take();
  }

  const Model& model_;
  const PointSettings& key_;
  const Job& job_;
  TransformedModel transformed_;
};

}  // namespace

bool wantsTransforms(const PointSettings& key) {
  return key.quantNorm != NormQuantization::off || key.foldBatchNorm || key.equalizeIterations > 0 ||
         key.smoothQuant > 0.0 || key.hadamard || key.tileBalance || key.attentionBits > 0;
}

Result<std::shared_ptr<const Network>> transformLayers(const Model& model, const PointSettings& key,
                                                       std::vector<PreparedLayer>& layers, const Job& job) {
  AXESCOPE_TRY(TransformedModel transformed, Transformation(model, key, job).run(layers));
  std::shared_ptr<const Network> network;
  if (transformed.source) {
    AXESCOPE_TRY(Network built, buildNetwork(transformed));
    network = std::make_shared<const Network>(std::move(built));
  }
  for (std::size_t index = 0; index < layers.size(); ++index) {
    if (!layers[index].quantized) continue;
    TransformedLayer& layer = transformed.layers[index];
    layers[index].transformed = std::make_shared<const LayerTensors>(std::move(layer.tensors));
    layers[index].transform = std::move(layer.done);
  }
  return network;
}

Status streamTransformedInput(const Model& model, std::size_t layer, const LayerTransform& transform,
                              const std::vector<std::int64_t>& chosen, const Job& job,
                              const std::function<Status(const Tensor& piece, std::int64_t first)>& use) {
  if (!transform.changesInput()) return model.streamLayerInput(layer, chosen, job, use);
  return model.streamLayerInput(layer, chosen, job, [&](const Tensor& piece, std::int64_t first) {
    Tensor transformed = piece;
    transformInput(model.dump().layers()[layer], transform, transformed);
    return use(transformed, first);
  });
}

}  // namespace axescope
