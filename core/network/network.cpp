// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/network.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "core/network/float_layer.h"

namespace axescope {

namespace {

// The one given back last of this size: it is the likeliest to be in a cache.
std::vector<float> takeStorage(SpareStorage& spare, std::int64_t size) {
  const auto found = std::find_if(spare.rbegin(), spare.rend(), [&](const std::vector<float>& storage) {
    return static_cast<std::int64_t>(storage.size()) == size;
  });
  if (found == spare.rend()) return {};
  std::vector<float> storage = std::move(*found);
  spare.erase(std::next(found).base());
  return storage;
}

}  // namespace

Result<Shape> Network::nodeOutputShape(std::size_t node, std::span<const Shape> inputs) const {
  const Node& n = nodes_[node];
  auto shape =
      n.layer ? layerOutputShape(layers_[*n.layer].info, inputs.front()) : operations_[node]->outputShape(inputs);
  if (shape) shape = checkedShape(*std::move(shape));
  if (!shape) return fail(atNode(std::move(shape).error(), file_, n.name));
  return shape;
}

Status Network::runNode(std::size_t node, std::span<const Tensor* const> inputs, Tensor& output,
                        const LayerFunction& layer) const {
  std::vector<Shape> shapes;
  shapes.reserve(inputs.size());
  for (const Tensor* input : inputs) shapes.push_back(input->shape);
  AXESCOPE_TRY(const Shape shape, nodeOutputShape(node, shapes));
  if (operations_[node] != nullptr) {
    if (auto status = operations_[node]->checkValues(inputs); !status) {
      return fail(atNode(std::move(status).error(), file_, nodes_[node].name));
    }
  }
  prepare(output, shape);
  if (const auto& index = nodes_[node].layer) return layer(*index, *inputs.front(), output);
  operations_[node]->run(inputs, output);
  return {};
}

Status Network::addValueOf(std::size_t node) {
  std::vector<Shape> inputs;
  for (const std::size_t value : nodes_[node].inputs) {
    inputs.push_back(valueShapes_[value]);
    inputs.back().insert(inputs.back().begin(), 1);
  }
  AXESCOPE_TRY(const Shape shape, nodeOutputShape(node, inputs));
  valueShapes_.emplace_back(shape.begin() + 1, shape.end());
  if (nodes_[node].layer) {
    Layer& used = layers_[*nodes_[node].layer];
    used.macs += elements(shape) * used.info.k();
  }
  return {};
}

Result<Network> Network::resized(const Shape& input) const {
  AXESCOPE_TRY(const Shape shape, checkedShape(input));
  if (shape.empty() || shape.front() < 1) {
    return fail(ErrorCode::wrongShape, file_, "/graph: input", "samples", "none");
  }
  Network other = *this;
  other.valueShapes_.assign(1, Shape(shape.begin() + 1, shape.end()));
  for (Layer& layer : other.layers_) layer.macs = 0;
  for (std::size_t node = 0; node < nodes_.size(); ++node) AXESCOPE_CHECK(other.addValueOf(node));
  return other;
}

bool Network::readsTokens() const {
  return std::any_of(nodes_.begin(), nodes_.end(), [](const Node& node) {
    return node.op == "embedding" && !node.inputs.empty() && node.inputs.front() == 0;
  });
}

Status Network::checkInput(const Shape& shape) const {
  const Shape& sample = valueShapes_.front();
  if (shape.size() == sample.size() + 1 && shape.front() >= 1 &&
      std::equal(sample.begin(), sample.end(), shape.begin() + 1)) {
    return {};
  }
  Shape expected{1};
  expected.insert(expected.end(), sample.begin(), sample.end());
  return fail(ErrorCode::wrongShape, file_, "/graph: input", batchShapeText(expected),
              shape.empty() || shape.front() < 1 ? "no samples" : batchShapeText(shape));
}

std::optional<std::size_t> Network::inputToOverwrite(std::size_t node) const {
  if (operations_[node] == nullptr || !operations_[node]->isElementwise()) return std::nullopt;
  const auto& inputs = nodes_[node].inputs;
  const auto found = std::find_if(inputs.begin(), inputs.end(), [&](std::size_t value) {
    return lastUse_[value] == node && valueShapes_[value] == valueShapes_[node + 1];
  });
  return found == inputs.end() ? std::nullopt : std::optional(*found);
}

std::vector<std::size_t> Network::liveValues(std::size_t node) const {
  std::vector<std::size_t> live;
  for (std::size_t value = 0; value <= node; ++value) {
    if (lastUse_[value] >= node) live.push_back(value);
  }
  return live;
}

std::vector<std::size_t> Network::stages() const {
  std::vector<std::size_t> ends;
  std::vector<std::uint8_t> counted(layers_.size(), 0);
  std::int64_t bytes = 0;
  for (std::size_t node = 0; node < nodes_.size() && !keepsLayers(); ++node) {
    const auto layer = nodes_[node].layer;
    if (!layer || counted[*layer] != 0) continue;
    const std::int64_t here = layers_[*layer].info.parameters() * static_cast<std::int64_t>(sizeof(float));
    if (bytes > 0 && bytes + here > mostLayerBytes_) {
      ends.push_back(node);
      counted.assign(layers_.size(), 0);
      bytes = 0;
    }
    counted[*layer] = 1;
    bytes += here;
  }
  ends.push_back(nodes_.size());
  return ends;
}

Result<Tensor> Network::run(Tensor input, const LayerFunction& layer) const {
  AXESCOPE_CHECK(checkInput(input.shape));
  std::vector<Tensor> values(nodes_.size() + 1);
  values.front() = std::move(input);
  SpareStorage spare;
  AXESCOPE_CHECK(runNodes(0, nodes_.size(), values, layer, spare));
  return std::move(values[outputValue_]);
}

Status Network::runNodes(std::size_t first, std::size_t last, std::vector<Tensor>& values, const LayerFunction& layer,
                         SpareStorage& spare) const {
  std::vector<const Tensor*> inputs;
  const auto release = [&](std::size_t value, std::size_t node) {
    if (lastUse_[value] == node && !values[value].data.empty()) {
      spare.push_back(std::exchange(values[value].data, {}));
    }
  };
  for (std::size_t node = first; node < last; ++node) {
    inputs.clear();
    for (const std::size_t value : nodes_[node].inputs) inputs.push_back(&values[value]);
    Tensor& output = values[node + 1];
    if (const auto dying = inputToOverwrite(node)) {
      output = std::move(values[*dying]);
      const Tensor* const from = &values[*dying];
      const Tensor* const to = &output;
      std::replace(inputs.begin(), inputs.end(), from, to);
    } else {
      output.data = takeStorage(spare, inputs.front()->samples() * elements(valueShapes_[node + 1]));
    }
    AXESCOPE_CHECK(runNode(node, inputs, output, layer));
    for (const std::size_t value : nodes_[node].inputs) release(value, node);
    release(node + 1, node);
  }
  return {};
}

Result<std::shared_ptr<const LayerTensors>> Network::layer(std::size_t layer) const {
  return tensors_->get(layer, [&]() -> Result<std::shared_ptr<const LayerTensors>> {
    AXESCOPE_TRY(LayerTensors tensors, loadLayer_(layer));
    AXESCOPE_CHECK(checkLayer(layers_[layer].info, tensors));
    return std::make_shared<const LayerTensors>(std::move(tensors));
  });
}

Status Network::floatLayer(std::size_t layer, const Tensor& input, Tensor& output) const {
  const auto tensors = this->layer(layer);
  Status status = tensors ? runFloatLayer(layers_[layer].info, **tensors, input, output, layers_[layer].direct.get())
                          : Status(fail(tensors.error()));
  if (!status && status.error().file.empty()) status.error().file = file_;
  return status;
}

LayerFunction Network::floatLayers() const {
  return [this](std::size_t layer, const Tensor& input, Tensor& output) { return floatLayer(layer, input, output); };
}

}  // namespace axescope
