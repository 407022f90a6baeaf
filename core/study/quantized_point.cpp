// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/quantized_point.h"

#include <algorithm>
#include <cmath>
#include <numeric>

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

// inputSamples: how many input samples of each layer with its own inputs to keep as codes.
Result<QuantizedFile> toQuantizedFile(const Model& model, const Preparation& preparation,
                                      const QuantizedModel& quantized, const PointSettings& settings,
                                      const std::string& provenance, std::int64_t inputSamples) {
  QuantizedFile file;
  file.model = model.dump().model();
  file.settings = toJson(settings);
  file.provenance = provenance;
  for (std::size_t index = 0; index < quantized.size(); ++index) {
    if (!quantized[index]) continue;
    const QuantizedLayer& layer = *quantized[index];
    const PreparedLayer& prepared = preparation.layer(index);
    const Datapath datapath =
        settled(layerDatapath(model.dump().layers()[index], settings), layer.codes, layer.input.range());
    QuantizedFileLayer out;
    out.info = model.dump().layers()[index];
    out.codes = layer.codes;
    out.weightBits = layer.weightBits;
    out.channelWeightBits = layer.channelWeightBits;
    out.channelInnerBits = layer.channelInnerBits;
    out.weightScale = layer.scales;
    out.groupScale = layer.multipliers;
    out.bias = layer.bias;
    out.inputScaling = prepared.transform.divisors;
    out.inputRotation = prepared.transform.rotation;
    out.inputPermutation = prepared.transform.order;
    out.foldedBatchNorm = prepared.transform.foldedBatchNorm;
    out.input = layer.input;
    out.dynamicInput = layer.dynamicInput;
    out.innerBits = datapath.innerBits;
    const Tiling tiling = Tiling::of(layer.codes.cols(), datapath.tileSize);
    out.outerBits = Certificate(layer.codes, tiling, layer.input.range(), datapath.innerBits, datapath.outerBits,
                                layer.multipliers, layer.channelInnerBits)
                        .outerBits();
    out.tileSize = datapath.tileSize;
    out.overflow = toText(findSetting("overflow")->get(settings));
    const std::int64_t kept = std::min(inputSamples, out.info.calibrationSamples());
    if (kept > 0) {
      AXESCOPE_TRY(Tensor input, model.dump().loadLayerInput(index, 0, kept));
      transformInput(out.info, prepared.transform, input);
      out.inputCodesShape = input.shape;
      out.inputCodes.resize(input.data.size());
      quantizeInputs(input.data, out);
    }
    file.layers.push_back(std::move(out));
  }
  return file;
}

}  // namespace

Result<QuantizedPoint> quantizePoint(const Model& model, const PointSettings& settings, const std::string& provenance,
                                     std::int64_t inputSamples, const Job& job) {
  const PointSettings key = preparationKey(settings);
  AXESCOPE_TRY(const MemoryPlan plan, planMemory(model, key, job.memory, 1));
  AXESCOPE_TRY(const Preparation preparation, Preparation::make(model, key, plan, job));
  std::vector<Result<QuantizedModel>> quantized = quantizeModels(model, preparation, std::span(&settings, 1), job);
  AXESCOPE_TRY(const QuantizedModel layers, std::move(quantized.front()));
  QuantizedPoint point;
  AXESCOPE_TRY(point.file, toQuantizedFile(model, preparation, layers, settings, provenance, inputSamples));
  AXESCOPE_CHECK(addNetworkInputCodes(model, preparation, layers, inputSamples, job, point.file));
  for (const auto& layer : layers) {
    if (layer) point.layerErrors.push_back(layerError(*layer));
  }
  return point;
}

}  // namespace axescope
