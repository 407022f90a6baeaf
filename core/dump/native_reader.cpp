// SPDX-License-Identifier: GPL-3.0-or-later
// Our own layout: /layers, /params, /graph, /calibration, /eval.
#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "core/dump/layouts.h"

namespace axescope {

namespace {

using Shape = std::vector<std::int64_t>;

class NativeSource final : public DumpSource {
 public:
  NativeSource(hdf5::Reader reader, std::filesystem::path filePath) : reader_(std::move(reader)) {
    path = std::move(filePath);
  }

  Status readMetadata() {
    AXESCOPE_TRY(const auto version, reader_.integerAttribute("/", "version"));
    if (version != 1) {
      return failure(ErrorCode::unsupported, "@version", "1",
                     version ? fmt::format("{}, written by a newer exporter", *version) : "none");
    }
    AXESCOPE_TRY(const auto modelName, reader_.stringAttribute("/", "model"));
    model = modelName.value_or(path.stem().string());
    AXESCOPE_CHECK(readTask());
    if (!reader_.hasGroup("/layers")) return failure(ErrorCode::notFound, "/layers", "a group of layers", "none");
    AXESCOPE_TRY(const auto names, reader_.children("/layers"));
    if (names.empty()) return failure(ErrorCode::empty, "/layers", "at least one layer", "none");
    for (const std::string& layer : names) {
      AXESCOPE_TRY(const auto weight, reader_.dataset("/layers/" + layer + "/weight"));
      if (weight.kind != hdf5::ElementKind::real) {
        return failure(ErrorCode::wrongType, weight.path, "floating-point weights", "integers");
      }
      AXESCOPE_TRY(LayerInfo info, layerInfoFrom(reader_, layer, weight));
      layers.push_back(std::move(info));
    }
    AXESCOPE_CHECK(readGraph());
    AXESCOPE_CHECK(readDataShape("/calibration/inputs", calibrationShape));
    AXESCOPE_CHECK(readDataShape("/eval/inputs", evaluationShape));
    return readLabelsShape();
  }

  Result<LayerTensors> loadLayer(std::size_t layer) const override {
    const LayerInfo& info = layers[layer];
    const std::string group = groupOf(info);
    LayerTensors tensors;
    AXESCOPE_TRY(const auto weight, reader_.readFloats(group + "/weight"));
    AXESCOPE_CHECK(checkFinite(weight, reader_.fileName(), group + "/weight"));
    tensors.weight = Eigen::Map<const MatrixF>(weight.data(), info.channels, info.k());
    if (info.hasBias) {
      AXESCOPE_TRY(tensors.bias, reader_.readFloats(group + "/bias"));
      AXESCOPE_CHECK(checkFinite(tensors.bias, reader_.fileName(), group + "/bias"));
    }
    if (info.hasWeightScale) {
      AXESCOPE_TRY(auto scale, reader_.readDoubles(group + "/weight_scale"));
      for (const double value : scale) {
        if (!(value > 0.0) || !std::isfinite(value)) {
          return failure(ErrorCode::notFinite, group + "/weight_scale", "positive finite scales",
                         fmt::format("{}", value));
        }
      }
      if (scale.size() == 1) scale.resize(static_cast<std::size_t>(info.channels), scale.front());
      tensors.weightScale = std::move(scale);
    }
    return tensors;
  }

  Result<Tensor> loadLayerInput(std::size_t layer, std::int64_t first, std::int64_t count) const override {
    return readRows(reader_, groupOf(layers[layer]) + "/input", layers[layer].inputShape, first, count);
  }

  Result<Tensor> loadParam(const std::string& name) const override {
    const std::string object = "/params/" + name;
    AXESCOPE_TRY(const auto info, reader_.dataset(object));
    Tensor tensor{info.shape, {}};
    AXESCOPE_TRY(tensor.data, reader_.readFloats(object));
    AXESCOPE_CHECK(checkFinite(tensor.data, reader_.fileName(), object));
    return tensor;
  }

  Result<Tensor> loadCalibration(std::int64_t first, std::int64_t count) const override {
    return readRows(reader_, "/calibration/inputs", calibrationShape, first, count);
  }
  Result<Tensor> loadEvaluation(std::int64_t first, std::int64_t count) const override {
    return readRows(reader_, "/eval/inputs", evaluationShape, first, count);
  }
  Result<std::vector<std::int64_t>> loadLabels(std::int64_t count) const override {
    return reader_.readIntegers("/eval/labels", 0, count);
  }

 private:
  static std::string groupOf(const LayerInfo& info) { return "/layers/" + info.name; }

  tl::unexpected<Error> failure(ErrorCode code, std::string object, std::string expected, std::string found) const {
    return fail(code, reader_.fileName(), std::move(object), std::move(expected), std::move(found));
  }

  Status readTask() {
    AXESCOPE_TRY(const auto text, reader_.stringAttribute("/", "task"));
    for (const Task known : {Task::none, Task::classification, Task::languageModeling}) {
      if (text.value_or("none") == name(known)) {
        task = known;
        return {};
      }
    }
    return failure(ErrorCode::unsupported, "@task", "classification, language-modeling or none", *text);
  }

  Status readGraph() {
    if (!reader_.hasDataset("/graph")) return {};
    AXESCOPE_TRY(const std::string text, reader_.readString("/graph"));
    AXESCOPE_TRY(graph, parseGraph(text, reader_.fileName()));
    std::map<std::string, std::size_t> firstUse;
    for (const GraphNode& node : graph->nodes) {
      if (node.layer.empty()) continue;
      const auto found =
          std::find_if(layers.begin(), layers.end(), [&](const LayerInfo& layer) { return layer.name == node.layer; });
      const std::string where = "/graph: node '" + node.name + "'";
      if (found == layers.end())
        return failure(ErrorCode::notFound, where, "a layer in /layers", "'" + node.layer + "'");
      if (node.op != name(found->kind)) {
        return failure(ErrorCode::wrongType, where, fmt::format("op {} for layer '{}'", name(found->kind), node.layer),
                       node.op);
      }
      firstUse.emplace(node.layer, firstUse.size());
    }
    const auto rank = [&](const LayerInfo& layer) {
      const auto found = firstUse.find(layer.name);
      return found == firstUse.end() ? firstUse.size() : found->second;
    };
    std::stable_sort(layers.begin(), layers.end(),
                     [&](const LayerInfo& a, const LayerInfo& b) { return rank(a) < rank(b); });
    return {};
  }

  Status readDataShape(const std::string& object, Shape& shape) {
    if (!reader_.hasDataset(object)) return {};
    AXESCOPE_TRY(const auto info, reader_.dataset(object));
    const bool empty = std::any_of(info.shape.begin(), info.shape.end(), [](std::int64_t n) { return n < 1; });
    if (info.shape.size() < 2) {
      return failure(ErrorCode::wrongShape, object, "[samples, …]", shapeText(info.shape));
    }
    if (empty) return failure(ErrorCode::empty, object, "at least one sample", shapeText(info.shape));
    shape = info.shape;
    return {};
  }

  Status readLabelsShape() {
    hasLabels = reader_.hasDataset("/eval/labels");
    if (!hasLabels) return {};
    AXESCOPE_TRY(const auto labels, reader_.dataset("/eval/labels"));
    const std::int64_t samples = evaluationShape.empty() ? 0 : evaluationShape.front();
    if (labels.shape != Shape{samples} || labels.kind != hdf5::ElementKind::integer) {
      return failure(ErrorCode::wrongShape, "/eval/labels", fmt::format("integers [{}], one for each input", samples),
                     shapeText(labels.shape));
    }
    return {};
  }

  hdf5::Reader reader_;
};

}  // namespace

Result<std::unique_ptr<DumpSource>> openNative(hdf5::Reader reader, const std::filesystem::path& path) {
  auto source = std::make_unique<NativeSource>(std::move(reader), path);
  AXESCOPE_CHECK(source->readMetadata());
  return std::unique_ptr<DumpSource>(std::move(source));
}

}  // namespace axescope
