// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/quantized_point.h"

#include <cmath>
#include <numeric>

#include "core/study/input_codes.h"
#include "core/study/preparation.h"
#include "core/study/quantization.h"

namespace axescope {

namespace {

double layerError(const QuantizedLayer& layer) {
  const double error = std::accumulate(layer.errorEnergy.begin(), layer.errorEnergy.end(), 0.0);
  const double output = std::accumulate(layer.outputEnergy.begin(), layer.outputEnergy.end(), 0.0);
  return output > 0.0 ? std::sqrt(error / output) : 0.0;
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
