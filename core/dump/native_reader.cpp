// SPDX-License-Identifier: GPL-3.0-or-later
// The native layout, format "axescope-dump", version 1.
#include <algorithm>
#include <map>
#include <set>

#include "core/dump/hdf5_source.h"
#include "core/dump/layer_metadata.h"
#include "core/hdf5/text.h"

namespace axescope {

namespace {

Status checkVersion(const hdf5::Reader& reader) {
  AXESCOPE_TRY(const auto version, reader.integerAttribute("/", "version"));
  if (!version) return fail(ErrorCode::notFound, reader.fileName(), "/@version", "version 1", "no such attribute");
  if (*version == 1) return {};
  return fail(
      ErrorCode::unsupported, reader.fileName(), "/@version", "version 1",
      "version " + std::to_string(*version) + (*version > 1 ? ", written for a newer release of this program" : ""));
}

Result<Task> readTask(const hdf5::Reader& reader) {
  AXESCOPE_TRY(const auto text, reader.stringAttribute("/", "task"));
  if (!text) return Task::none;
  for (const Task task : {Task::none, Task::classification, Task::languageModeling}) {
    if (*text == name(task)) return task;
  }
  return fail(ErrorCode::unsupported, reader.fileName(), "/@task",
              "\"classification\", \"language-modeling\" or \"none\"", "\"" + *text + "\"");
}

Status addLayer(Hdf5Source& source, const std::string& name) {
  const std::string group = std::string(layersGroup) + "/" + name;
  const hdf5::Reader& reader = source.reader;
  if (!reader.hasGroup(group))
    return fail(ErrorCode::wrongType, reader.fileName(), group, "a group that describes a layer", "a dataset");
  const auto optional = [&](const char* dataset) {
    const std::string path = group + "/" + dataset;
    return reader.hasDataset(path) ? path : std::string();
  };
  LayerDatasets paths{group + "/weight", AxisOrder::oi, optional("bias"), optional("weight_scale"), optional("input")};
  AXESCOPE_TRY(const hdf5::DatasetInfo weight, reader.dataset(paths.weight));
  if (weight.kind != hdf5::ElementKind::real)
    return fail(ErrorCode::wrongType, reader.fileName(), paths.weight, "floating-point weights", "integers");
  AXESCOPE_TRY(LayerInfo info, readLayerMetadata(reader, group, name, weight));
  if (info.kind == LayerKind::conv2d) paths.order = AxisOrder::oihw;
  return source.addLayer(std::move(info), std::move(paths));
}

/// Every layer and parameter that the graph names exists, and layers are of the operation's kind.
Status checkGraph(const Hdf5Source& source) {
  const std::string& file = source.reader.fileName();
  std::map<std::string, LayerKind> kinds;
  for (const LayerInfo& layer : source.layers) kinds.emplace(layer.name, layer.kind);
  std::set<std::string> params;
  for (const GraphNode& node : source.graph->nodes) {
    const std::string object = std::string(graphDataset) + " node " + node.name;
    for (const auto& [role, param] : node.params) {
      if (!params.insert(param).second) continue;
      if (!source.reader.hasDataset(std::string(paramsGroup) + "/" + param))
        return fail(ErrorCode::notFound, file, object, role + " in " + paramsGroup, "no dataset " + param);
    }
    if (node.layer.empty()) continue;
    const auto layer = kinds.find(node.layer);
    if (layer == kinds.end())
      return fail(ErrorCode::notFound, file, object, std::string("a layer in ") + layersGroup,
                  "no group " + node.layer);
    if (node.op != name(layer->second)) {
      return fail(ErrorCode::unsupported, file, object,
                  std::string("operation ") + name(layer->second) + " for layer " + node.layer, node.op);
    }
  }
  return {};
}

/// Order of first use by the graph; layers that it does not use follow by name.
std::vector<std::string> layerOrder(const std::optional<Graph>& graph, const std::vector<std::string>& names) {
  std::vector<std::string> order;
  std::set<std::string> left(names.begin(), names.end());
  if (graph) {
    for (const GraphNode& node : graph->nodes) {
      if (left.erase(node.layer) != 0) order.push_back(node.layer);
    }
  }
  order.insert(order.end(), left.begin(), left.end());
  return order;
}

/// Shape of network inputs, [samples, …]; empty when absent.
Result<std::vector<std::int64_t>> inputsShape(const Hdf5Source& source, const char* path) {
  const hdf5::Reader& reader = source.reader;
  if (!reader.hasDataset(path)) return std::vector<std::int64_t>{};
  AXESCOPE_TRY(hdf5::DatasetInfo info, reader.dataset(path));
  const bool isTokens = source.task == Task::languageModeling;
  if (info.shape.size() < 2 || (isTokens && info.shape.size() != 2)) {
    return fail(ErrorCode::wrongShape, reader.fileName(), path,
                isTokens ? "shape [samples, length]" : "shape [samples, …]",
                "shape " + hdf5::describeShape(info.shape));
  }
  if (isTokens && info.kind != hdf5::ElementKind::integer)
    return fail(ErrorCode::wrongType, reader.fileName(), path, "integer token ids", "floating-point numbers");
  if (info.elements() == 0)
    return fail(ErrorCode::empty, reader.fileName(), path, "at least one sample",
                "shape " + hdf5::describeShape(info.shape));
  return info.shape;
}

Result<bool> checkLabels(const Hdf5Source& source) {
  const hdf5::Reader& reader = source.reader;
  if (!reader.hasDataset(labelsDataset)) return false;
  AXESCOPE_TRY(const hdf5::DatasetInfo labels, reader.dataset(labelsDataset));
  if (source.evaluationShape.empty())
    return fail(ErrorCode::notFound, reader.fileName(), evaluationDataset, "inputs beside the labels", "none");
  if (labels.kind != hdf5::ElementKind::integer)
    return fail(ErrorCode::wrongType, reader.fileName(), labelsDataset, "integer labels", "floating-point numbers");
  if (labels.shape != std::vector<std::int64_t>{source.evaluationShape.front()}) {
    return fail(ErrorCode::wrongShape, reader.fileName(), labelsDataset,
                "one label for each of " + std::to_string(source.evaluationShape.front()) + " inputs",
                "shape " + hdf5::describeShape(labels.shape));
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<DumpSource>> openNative(hdf5::Reader opened) {
  auto source = std::make_unique<Hdf5Source>(std::move(opened));
  const hdf5::Reader& reader = source->reader;
  AXESCOPE_CHECK(checkVersion(reader));
  AXESCOPE_TRY(const auto model, reader.stringAttribute("/", "model"));
  source->model = model.value_or("");
  AXESCOPE_TRY(source->task, readTask(reader));
  if (reader.hasDataset(graphDataset)) {
    AXESCOPE_TRY(const std::string text, reader.readString(graphDataset));
    AXESCOPE_TRY(source->graph, parseGraph(text, reader.fileName()));
  }
  AXESCOPE_TRY(const std::vector<std::string> names, reader.children(layersGroup));
  if (names.empty()) return fail(ErrorCode::empty, reader.fileName(), layersGroup, "at least one layer", "none");
  for (const std::string& name : layerOrder(source->graph, names)) AXESCOPE_CHECK(addLayer(*source, name));
  if (source->graph) AXESCOPE_CHECK(checkGraph(*source));
  AXESCOPE_TRY(source->calibrationShape, inputsShape(*source, calibrationDataset));
  AXESCOPE_TRY(source->evaluationShape, inputsShape(*source, evaluationDataset));
  AXESCOPE_TRY(source->hasLabels, checkLabels(*source));
  return source;
}

}  // namespace axescope
