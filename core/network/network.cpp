// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/network.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/network/float_layer.h"

namespace axescope {

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
  prepare(output, shape);
  if (const auto& index = nodes_[node].layer) return layer(*index, *inputs.front(), output);
  operations_[node]->run(inputs, output);
  return {};
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

Result<Tensor> Network::run(Tensor input, const LayerFunction& layer) const {
  AXESCOPE_CHECK(checkInput(input.shape));
  std::vector<Tensor> values;
  values.push_back(std::move(input));
  values.resize(nodes_.size() + 1);
  // Storage of values no longer needed: written again instead of returned to the system and zeroed anew.
  std::vector<std::vector<float>> spare;
  std::vector<const Tensor*> inputs;
  const auto release = [&](std::size_t value, std::size_t node) {
    if (lastUse_[value] == node) spare.push_back(std::exchange(values[value].data, {}));
  };
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    inputs.clear();
    for (const std::size_t value : nodes_[node].inputs) inputs.push_back(&values[value]);
    Tensor& output = values[node + 1];
    if (!spare.empty()) {
      output.data = std::move(spare.back());
      spare.pop_back();
    }
    AXESCOPE_CHECK(runNode(node, inputs, output, layer));
    for (const std::size_t value : nodes_[node].inputs) {
      if (!values[value].data.empty()) release(value, node);
    }
    release(node + 1, node);
  }
  return std::move(values[outputValue_]);
}

Status Network::floatLayer(std::size_t layer, const Tensor& input, Tensor& output) const {
  auto status = runFloatLayer(layers_[layer].info, layers_[layer].tensors, input, output);
  if (!status && status.error().file.empty()) status.error().file = file_;
  return status;
}

LayerFunction Network::floatLayers() const {
  return [this](std::size_t layer, const Tensor& input, Tensor& output) { return floatLayer(layer, input, output); };
}

}  // namespace axescope
