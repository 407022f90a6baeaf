// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/quantized_point.h"

#include <cmath>
#include <numeric>
#include <utility>

#include "core/study/input_codes.h"
#include "core/study/layer_options.h"
#include "core/study/preparation.h"
#include "core/study/quantization.h"
#include "core/study/setting_schema.h"
#include "core/study/study.h"

namespace axescope {

namespace {

double layerError(const QuantizedLayer& layer) {
  const double error = std::accumulate(layer.errorEnergy.begin(), layer.errorEnergy.end(), 0.0);
  const double output = std::accumulate(layer.outputEnergy.begin(), layer.outputEnergy.end(), 0.0);
  return output > 0.0 ? std::sqrt(error / output) : 0.0;
}

QuantizedFileLayer fileLayer(const LayerInfo& info, const PreparedLayer& prepared, const QuantizedLayer& layer,
                             const PointSettings& settings, InputCodes inputs) {
  const Datapath datapath = settled(layerDatapath(info.name, settings), layer.codes, layer.input.range());
  QuantizedFileLayer out;
  out.info = info;
  out.codes = layer.codes;
  out.weightBits = layer.weightBits;
  out.weightScale = layer.scales;
  out.groupScale = layer.multipliers;
  out.bias = layer.bias;
  out.inputScaling = prepared.transform.divisors;
  out.inputRotation = prepared.transform.rotation;
  out.foldedBatchNorm = prepared.transform.foldedBatchNorm;
  out.input = layer.input;
  out.dynamicInput = layer.dynamicInput;
  out.innerBits = datapath.innerBits;
  const Tiling tiling = Tiling::of(layer.codes.cols(), datapath.tileSize);
  out.outerBits =
      Certificate(layer.codes, tiling, layer.input.range(), datapath.innerBits, datapath.outerBits, layer.multipliers)
          .outerBits();
  out.tileSize = datapath.tileSize;
  out.overflow = toText(findSetting("overflow")->get(settings));
  out.inputCodesShape = std::move(inputs.shape);
  out.inputCodes = std::move(inputs.codes);
  return out;
}

}  // namespace

QuantizedFileHead quantizedFileHead(const Model& model, const PointSettings& settings, const std::string& provenance) {
  return {.model = model.dump().model(), .settings = toJson(settings), .provenance = provenance};
}

Status quantizePoint(const Model& model, const PointSettings& settings, std::int64_t inputSamples,
                     const QuantizedLayerSink& sink, const Job& job) {
  const PointSettings key = preparationKey(settings);
  AXESCOPE_TRY(const MemoryPlan plan, planOnePoint(model, key, job.memory));
  AXESCOPE_TRY(const Preparation preparation, Preparation::make(model, key, plan, job));
  std::vector<Result<QuantizedModel>> results = quantizeModels(model, preparation, std::span(&settings, 1), job);
  AXESCOPE_TRY(const QuantizedModel quantized, std::move(results.front()));
  AXESCOPE_TRY(std::vector<InputCodes> inputs, inputCodes(model, preparation, quantized, inputSamples, job));
  for (std::size_t index = 0; index < quantized.size(); ++index) {
    if (!quantized.has(index)) continue;
    AXESCOPE_CHECK(job.check());
    AXESCOPE_TRY(const auto layer, quantized.layer(index));
    AXESCOPE_CHECK(sink(fileLayer(model.dump().layers()[index], preparation.layer(index), *layer, settings,
                                  std::exchange(inputs[index], {})),
                        layerError(*layer)));
  }
  return {};
}

Result<QuantizedPoint> quantizePoint(const Model& model, const PointSettings& settings, const std::string& provenance,
                                     std::int64_t inputSamples, const Job& job) {
  QuantizedPoint point;
  static_cast<QuantizedFileHead&>(point.file) = quantizedFileHead(model, settings, provenance);
  const QuantizedLayerSink gather = [&](QuantizedFileLayer layer, double error) -> Status {
    point.file.layers.push_back(std::move(layer));
    point.layerErrors.push_back(error);
    return {};
  };
  AXESCOPE_CHECK(quantizePoint(model, settings, inputSamples, gather, job));
  return point;
}

}  // namespace axescope
