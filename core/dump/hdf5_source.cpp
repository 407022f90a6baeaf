// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/hdf5_source.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/dump/finite_values.h"
#include "core/dump/layer_metadata.h"

namespace axescope {

namespace {

/// A given scale may saturate codes, but weights in units of it must stay numbers that can be calculated with.
Status checkScalesFitWeights(const std::string& file, const std::string& path, const MatrixF& weight,
                             const std::vector<double>& scales) {
  constexpr double mostSteps = 0x1p40;
  for (Eigen::Index channel = 0; channel < weight.rows(); ++channel) {
    const auto largest = static_cast<double>(weight.row(channel).cwiseAbs().maxCoeff());
    const double scale = scales[static_cast<std::size_t>(channel)];
    if (largest <= mostSteps * scale) continue;
    return fail(ErrorCode::corrupt, file, path, "scales of at least 2^-40 of their channel's largest weight",
                fmt::format("{:g} for a weight of {:g} in channel {}", scale, largest, channel));
  }
  return {};
}

}  // namespace

Status Hdf5Source::addLayer(LayerInfo info, LayerDatasets paths) {
  const std::string& file = reader.fileName();
  if (!paths.bias.empty()) {
    AXESCOPE_TRY(const hdf5::DatasetInfo bias, reader.dataset(paths.bias));
    AXESCOPE_CHECK(checkChannelVector(file, info, bias));
    info.hasBias = true;
  }
  if (!paths.weightScale.empty()) {
    AXESCOPE_CHECK(readScales(reader, paths.weightScale, info.channels));
    info.hasWeightScale = true;
  }
  if (!paths.input.empty()) {
    AXESCOPE_TRY(hdf5::DatasetInfo input, reader.dataset(paths.input));
    AXESCOPE_CHECK(checkInputShape(file, paths.input, info, input.shape));
    info.inputShape = std::move(input.shape);
  }
  layers.push_back(std::move(info));
  datasets.push_back(std::move(paths));
  return {};
}

Status Hdf5Source::checkLayer(std::size_t layer) const {
  if (layer < layers.size()) return {};
  return fail(ErrorCode::invalidArgument, reader.fileName(), "layer " + std::to_string(layer),
              "one of " + std::to_string(layers.size()) + " layers", "none");
}

Result<LayerTensors> Hdf5Source::loadLayer(std::size_t layer) const {
  AXESCOPE_CHECK(checkLayer(layer));
  const LayerDatasets& paths = datasets[layer];
  LayerTensors tensors;
  AXESCOPE_TRY(const hdf5::DatasetInfo weight, reader.dataset(paths.weight));
  AXESCOPE_TRY(const std::vector<float> values, readFinite(reader, paths.weight));
  tensors.weight = toChannelRows(values, weight.shape, paths.order);
  if (!paths.bias.empty()) {
    AXESCOPE_TRY(tensors.bias, readFinite(reader, paths.bias));
  }
  if (!paths.weightScale.empty()) {
    AXESCOPE_TRY(tensors.weightScale, readScales(reader, paths.weightScale, layers[layer].channels));
    AXESCOPE_CHECK(checkScalesFitWeights(reader.fileName(), paths.weightScale, tensors.weight, *tensors.weightScale));
  }
  return tensors;
}

Result<Tensor> Hdf5Source::loadLayerInput(std::size_t layer, std::int64_t first, std::int64_t count) const {
  AXESCOPE_CHECK(checkLayer(layer));
  if (datasets[layer].input.empty()) {
    return fail(ErrorCode::notFound, reader.fileName(), "inputs of layer " + layers[layer].name,
                "calibration inputs of this layer", "none");
  }
  return readFiniteRows(reader, datasets[layer].input, first, count);
}

Result<Tensor> Hdf5Source::loadParam(const std::string& name) const {
  const std::string dataset = std::string(paramsGroup) + "/" + name;
  AXESCOPE_TRY(hdf5::DatasetInfo info, reader.dataset(dataset));
  AXESCOPE_TRY(std::vector<float> values, readFinite(reader, dataset));
  return Tensor{std::move(info.shape), std::move(values)};
}

Result<Tensor> Hdf5Source::loadCalibration(std::int64_t first, std::int64_t count) const {
  return readFiniteRows(reader, calibrationDataset, first, count);
}

Result<Tensor> Hdf5Source::loadEvaluation(std::int64_t first, std::int64_t count) const {
  return readFiniteRows(reader, evaluationDataset, first, count);
}

Result<std::vector<std::int64_t>> Hdf5Source::loadLabels(std::int64_t count) const {
  AXESCOPE_TRY(auto labels, reader.readIntegers(labelsDataset, 0, count));
  const auto negative = std::ranges::find_if(labels, [](std::int64_t label) { return label < 0; });
  if (negative != labels.end()) {
    return fail(ErrorCode::unsupported, reader.fileName(), labelsDataset, "class numbers from 0",
                std::to_string(*negative) + " at [" + std::to_string(negative - labels.begin()) + "]");
  }
  return labels;
}

}  // namespace axescope
