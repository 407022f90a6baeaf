// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/dump.h"

#include <algorithm>

#include "core/dump/hdf5_source.h"
#include "core/dump/quantized_file.h"

namespace axescope {

namespace {

std::int64_t outputSize(std::int64_t size, std::int64_t padding, std::int64_t kernel, std::int64_t dilation,
                        std::int64_t stride) {
  const std::int64_t room = size + padding - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
}

/// Formats of this program that are no dumps, and who reads them.
const char* otherReader(const std::string& format) {
  if (format == "axescope-results") return "a results file: open it with the pareto command or as results";
  if (format == quantizedFormatName) return "a quantized file: open it with the certify or emulate command";
  return nullptr;
}

Result<std::unique_ptr<DumpSource>> openSource(hdf5::Reader reader, const std::vector<LayerMapping>& mappings) {
  if (!mappings.empty()) return openMapped(std::move(reader), mappings);
  // A foreign file may have an attribute of this name and any type.
  const auto format = reader.stringAttribute("/", "format");
  if (!format && format.error().code != ErrorCode::wrongType && format.error().code != ErrorCode::wrongShape)
    return fail(format.error());
  if (format && *format) {
    if (**format == "axescope-dump") return openNative(std::move(reader));
    if (const char* found = otherReader(**format))
      return fail(ErrorCode::unsupported, reader.fileName(), "/@format", "a dump of a model", found);
  }
  AXESCOPE_TRY(const bool keras, isKeras(reader));
  if (keras) return openKeras(std::move(reader));
  return fail(unmapped(reader));
}

/// "resnet20" of "models/resnet20.weights.h5".
std::string modelNameOf(const std::filesystem::path& path) {
  const std::filesystem::path stem = path.stem();
  return (stem.extension() == ".weights" ? stem.stem() : stem).string();
}

}  // namespace

const char* name(LayerKind kind) {
  return kind == LayerKind::linear ? "linear" : "conv2d";
}

const char* name(Task task) {
  switch (task) {
    case Task::classification:
      return "classification";
    case Task::languageModeling:
      return "language-modeling";
    case Task::none:
      break;
  }
  return "none";
}

std::int64_t ConvGeometry::outputHeight(std::int64_t height) const {
  return outputSize(height, padTop + padBottom, kernelHeight, dilationY, strideY);
}

std::int64_t ConvGeometry::outputWidth(std::int64_t width) const {
  return outputSize(width, padLeft + padRight, kernelWidth, dilationX, strideX);
}

Dump::Dump(std::unique_ptr<DumpSource> source) : source_(std::move(source)) {}
Dump::Dump(Dump&&) noexcept = default;
Dump& Dump::operator=(Dump&&) noexcept = default;
Dump::~Dump() = default;

Result<Dump> Dump::open(const std::filesystem::path& path, const std::vector<LayerMapping>& mappings,
                        hdf5::Limits limits) {
  AXESCOPE_TRY(hdf5::Reader reader, hdf5::Reader::open(path, limits));
  return open(std::move(reader), mappings);
}

Result<Dump> Dump::open(hdf5::Reader reader, const std::vector<LayerMapping>& mappings) {
  const std::filesystem::path path = reader.fileName();
  AXESCOPE_TRY(std::unique_ptr<DumpSource> source, openSource(std::move(reader), mappings));
  source->path = path;
  if (source->model.empty()) source->model = modelNameOf(path);
  return Dump(std::move(source));
}

const std::filesystem::path& Dump::path() const {
  return source_->path;
}
const std::string& Dump::model() const {
  return source_->model;
}
Task Dump::task() const {
  return source_->task;
}
const std::vector<LayerInfo>& Dump::layers() const {
  return source_->layers;
}
const std::optional<Graph>& Dump::graph() const {
  return source_->graph;
}
const std::vector<std::int64_t>& Dump::calibrationShape() const {
  return source_->calibrationShape;
}
const std::vector<std::int64_t>& Dump::evaluationShape() const {
  return source_->evaluationShape;
}
bool Dump::hasLabels() const {
  return source_->hasLabels;
}

std::optional<std::size_t> Dump::layerIndex(const std::string& name) const {
  const auto found = std::ranges::find(source_->layers, name, &LayerInfo::name);
  if (found == source_->layers.end()) return std::nullopt;
  return static_cast<std::size_t>(found - source_->layers.begin());
}

Result<LayerTensors> Dump::loadLayer(std::size_t layer) const {
  return source_->loadLayer(layer);
}

Result<Tensor> Dump::loadLayerInput(std::size_t layer, std::int64_t first, std::int64_t count) const {
  return source_->loadLayerInput(layer, first, count);
}

Result<Tensor> Dump::loadParam(const std::string& name) const {
  return source_->loadParam(name);
}

Result<Tensor> Dump::loadCalibration(std::int64_t first, std::int64_t count) const {
  return source_->loadCalibration(first, count);
}

Result<Tensor> Dump::loadEvaluation(std::int64_t first, std::int64_t count) const {
  return source_->loadEvaluation(first, count);
}

Result<std::vector<std::int64_t>> Dump::loadLabels(std::int64_t count) const {
  return source_->loadLabels(count);
}

}  // namespace axescope
