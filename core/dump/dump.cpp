// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/dump.h"

#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/dump/layouts.h"

namespace axescope {

namespace {

std::int64_t outputSize(std::int64_t size, std::int64_t before, std::int64_t after, std::int64_t kernel,
                        std::int64_t stride, std::int64_t dilation) {
  const std::int64_t room = size + before + after - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
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
  return outputSize(height, padTop, padBottom, kernelHeight, strideY, dilationY);
}

std::int64_t ConvGeometry::outputWidth(std::int64_t width) const {
  return outputSize(width, padLeft, padRight, kernelWidth, strideX, dilationX);
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

Status checkFinite(const std::vector<float>& values, const std::string& file, const std::string& object,
                   std::int64_t firstRow) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isfinite(values[i])) continue;
    return fail(ErrorCode::notFinite, file, object, "finite numbers",
                fmt::format("{} at element {}{}", values[i], i,
                            firstRow > 0 ? fmt::format(" after row {}", firstRow) : std::string{}));
  }
  return {};
}

Result<Tensor> readRows(const hdf5::Reader& reader, const std::string& object, const std::vector<std::int64_t>& shape,
                        std::int64_t first, std::int64_t count) {
  if (shape.empty() || first < 0 || count < 1 || first + count > shape.front()) {
    return fail(ErrorCode::empty, reader.fileName(), object, fmt::format("samples {} to {}", first, first + count - 1),
                shapeText(shape));
  }
  Tensor tensor{shape, {}};
  tensor.shape.front() = count;
  AXESCOPE_TRY(tensor.data, reader.readFloats(object, first, count));
  AXESCOPE_CHECK(checkFinite(tensor.data, reader.fileName(), object, first));
  return tensor;
}

Result<Dump> Dump::open(const std::filesystem::path& path, const std::vector<LayerMapping>& mappings,
                        hdf5::Limits limits) {
  AXESCOPE_TRY(hdf5::Reader reader, hdf5::Reader::open(path, limits));
  const auto wrap = [](Result<std::unique_ptr<DumpSource>> source) -> Result<Dump> {
    if (!source) return fail(source.error());
    return Dump(*std::move(source));
  };
  if (!mappings.empty()) return wrap(openMapped(std::move(reader), path, mappings));
  AXESCOPE_TRY(const auto format, reader.stringAttribute("/", "format"));
  if (format == "axescope-dump") return wrap(openNative(std::move(reader), path));
  if (format == "axescope-results" || format == "axescope-quantized") {
    return fail(ErrorCode::unsupported, reader.fileName(), "@format", "a dump (axescope-dump)",
                *format == "axescope-results" ? "results of a sweep; 'pareto' reads them"
                                              : "a quantized file; 'certify' and 'emulate' read it");
  }
  if (looksLikeKeras(reader)) return wrap(openKeras(std::move(reader), path));
  return wrap(openMapped(std::move(reader), path, mappings));
}

Dump::Dump(std::unique_ptr<DumpSource> source) : source_(std::move(source)) {}
Dump::Dump(Dump&&) noexcept = default;
Dump& Dump::operator=(Dump&&) noexcept = default;
Dump::~Dump() = default;

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

std::optional<std::size_t> Dump::layerIndex(const std::string& name) const {
  for (std::size_t i = 0; i < source_->layers.size(); ++i) {
    if (source_->layers[i].name == name) return i;
  }
  return std::nullopt;
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
const std::vector<std::int64_t>& Dump::calibrationShape() const {
  return source_->calibrationShape;
}
const std::vector<std::int64_t>& Dump::evaluationShape() const {
  return source_->evaluationShape;
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
bool Dump::hasLabels() const {
  return source_->hasLabels;
}

}  // namespace axescope
