// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/quantization.h"

#include <algorithm>
#include <mutex>
#include <optional>

#include "core/base/parallel.h"
#include "core/network/calibration.h"
#include "core/network/integer_layer.h"
#include "core/network/layer_statistics.h"
#include "core/study/study.h"

namespace axescope {

namespace {

constexpr int skippedAccumulatorBits = 32;

LayerOptions layerOptions(const PreparedLayer& layer, const PointSettings& settings) {
  LayerOptions options;
  options.algorithm = settings.algorithm;
  options.constraint = settings.constraint;
  options.weightBits = layer.skipped ? settings.skipBits : settings.weightBits;
  options.weightRange = settings.weightRange;
  options.weightScale = settings.weightScale;
  options.innerBits = layer.skipped ? skippedAccumulatorBits : settings.innerBits;
  options.tileSize = layer.skipped ? 0 : settings.tileSize;
  options.activations = layer.input.range();
  options.errorReference = settings.errorReference;
  options.slack = settings.slack;
  options.refineSweeps = settings.refineSweeps;
  return options;
}

FeedbackOptions feedbackOptions(const PointSettings& settings) {
  return {settings.algorithm, settings.actOrder, settings.damping};
}

// One layer, its groups in parallel. `statistics` and `matrices` may be null for round to nearest.
Result<QuantizedLayer> quantizeLayer(const Dump& dump, std::size_t layer, const PreparedLayer& prepared,
                                     const PointSettings& settings, const std::vector<InputStatistics>* statistics,
                                     const LayerFeedback* matrices) {
  const LayerInfo& info = dump.layers()[layer];
  const LayerOptions options = layerOptions(prepared, settings);
  const std::string object = "layer '" + info.name + "'";
  if (needsStatistics(options) && statistics == nullptr) {
    return fail(ErrorCode::invalidArgument, dump.fileName(), object, "calibration inputs for this algorithm",
                "none in the file; only rtn works without, or --layers can leave it in float");
  }
  QuantizedLayer result;
  result.input = prepared.input;
  result.weightBits = options.weightBits;
  result.codes.resize(info.channels, info.k());
  const std::int64_t channels = info.channelsPerGroup();
  std::vector<std::optional<Result<QuantizedWeights>>> groups(static_cast<std::size_t>(info.groups()));
  parallelFor(groups.size(), [&](std::size_t group) {
    const std::int64_t first = static_cast<std::int64_t>(group) * channels;
    std::optional<std::vector<double>> given;
    if (prepared.tensors->weightScale) {
      const auto begin = prepared.tensors->weightScale->begin() + first;
      given.emplace(begin, begin + channels);
    }
    const MatrixF weight = prepared.tensors->weight.middleRows(first, channels);
    const Feedback plain = matrices == nullptr ? rtnFeedback(info.k()) : Feedback{};
    groups[group] = quantizeWeights(weight, given, matrices == nullptr ? plain : (*matrices)[group],
                                    statistics == nullptr ? nullptr : &(*statistics)[group], options);
  });
  for (std::size_t group = 0; group < groups.size(); ++group) {
    if (!groups[group]->has_value()) {
      Error error = groups[group]->error();
      error.file = dump.fileName();
      error.object = object;
      return fail(std::move(error));
    }
    const QuantizedWeights& one = **groups[group];
    result.codes.middleRows(static_cast<std::int64_t>(group) * channels, channels) = one.codes;
    result.scales.insert(result.scales.end(), one.scales.begin(), one.scales.end());
    result.errorEnergy.insert(result.errorEnergy.end(), one.errorEnergy.begin(), one.errorEnergy.end());
    result.outputEnergy.insert(result.outputEnergy.end(), one.outputEnergy.begin(), one.outputEnergy.end());
  }
  return result;
}

// Layers whose inputs do not depend on other layers' codes.
Result<QuantizedLayer> quantizePrepared(const Dump& dump, std::size_t layer, const PreparedLayer& prepared,
                                        const PointSettings& settings) {
  if (prepared.statistics.empty()) return quantizeLayer(dump, layer, prepared, settings, nullptr, nullptr);
  AXESCOPE_TRY(const auto matrices, prepared.feedbackFor(feedbackOptions(settings), dump.layers()[layer].name));
  return quantizeLayer(dump, layer, prepared, settings, &prepared.statistics, matrices.get());
}

// Layer by layer along the network, each seeing what the quantized ones before it produce.
Status quantizeAlongNetwork(const Model& model, const Preparation& preparation, const PointSettings& settings,
                            const Job& job, QuantizedModel& quantized) {
  const Network& network = *model.network();
  std::vector<std::optional<IntegerLayer>> integerLayers(network.layerCount());
  const LayerFunction run = [&](std::size_t layer, const Tensor& input, Tensor& output) -> Status {
    if (!integerLayers[layer]) return network.floatLayer(layer, input, output);
    return integerLayers[layer]->run(input, output, nullptr);
  };
  const LayerVisitor visit = [&](const LayerUse& use) -> Status {
    const std::size_t layer = use.layer;
    const PreparedLayer& prepared = preparation.layer(layer);
    if (!prepared.quantized || use.number > 0) return {};
    const LayerInfo& info = model.dump().layers()[layer];
    LayerStatistics gathered =
        prepared.laterUses ? *prepared.laterUses : LayerStatistics(info, prepared.tensors->weight, prepared.input);
    gathered.add(*use.x, *use.quantized);
    const std::vector<InputStatistics> statistics = gathered.finish();
    AXESCOPE_TRY(const LayerFeedback matrices, layerFeedback(statistics, feedbackOptions(settings), info.name));
    AXESCOPE_TRY(QuantizedLayer result, quantizeLayer(model.dump(), layer, prepared, settings, &statistics, &matrices));
    integerLayers[layer].emplace(info, result, prepared.tensors->bias,
                                 exactDatapath(result.codes, result.input.range()));
    quantized[layer] = std::move(result);
    return {};
  };
  return walkCalibration(network, *preparation.calibration(), &run, visit, job);
}

}  // namespace

Datapath layerDatapath(const PreparedLayer& layer, const PointSettings& settings) {
  if (layer.skipped) {
    return {.innerBits = skippedAccumulatorBits,
            .outerBits = skippedAccumulatorBits,
            .tileSize = 0,
            .innerOverflow = settings.overflow,
            .outerOverflow = settings.overflow};
  }
  return {.innerBits = settings.innerBits,
          .outerBits = settings.outerBits,
          .tileSize = settings.tileSize,
          .innerOverflow = settings.overflow,
          .outerOverflow = settings.overflow};
}

Result<QuantizedModel> quantizeModel(const Model& model, const Preparation& preparation, const PointSettings& settings,
                                     const Job& job) {
  const auto& layers = model.dump().layers();
  QuantizedModel quantized(layers.size());
  const bool alongNetwork = preparation.calibration().has_value();
  if (alongNetwork) AXESCOPE_CHECK(quantizeAlongNetwork(model, preparation, settings, job, quantized));
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    if (!preparation.layer(layer).quantized || quantized[layer]) continue;
    AXESCOPE_CHECK(job.check());
    AXESCOPE_TRY(quantized[layer], quantizePrepared(model.dump(), layer, preparation.layer(layer), settings));
  }
  return quantized;
}

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
    const Datapath datapath = layerDatapath(prepared, settings);
    QuantizedFileLayer out;
    out.info = model.dump().layers()[index];
    out.codes = layer.codes;
    out.weightBits = layer.weightBits;
    out.weightScale = layer.scales;
    out.bias = prepared.tensors->bias;
    out.input = layer.input;
    out.innerBits = datapath.innerBits;
    const Tiling tiling = Tiling::of(layer.codes.cols(), datapath.tileSize);
    out.outerBits =
        Certificate(layer.codes, tiling, layer.input.range(), datapath.innerBits, datapath.outerBits).outerBits();
    out.tileSize = datapath.tileSize;
    out.overflow = toText(findSetting("overflow")->get(settings));
    const std::int64_t kept = std::min(inputSamples, out.info.calibrationSamples());
    if (kept > 0) {
      AXESCOPE_TRY(const Tensor input, model.dump().loadLayerInput(index, 0, kept));
      out.inputCodesShape = input.shape;
      out.inputCodes.resize(input.data.size());
      layer.input.quantize(input.data, out.inputCodes);
    }
    file.layers.push_back(std::move(out));
  }
  return file;
}

}  // namespace axescope
