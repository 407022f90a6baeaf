// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/calibration.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>

#include "core/base/parallel.h"
#include "core/network/evaluation.h"

namespace axescope {

namespace {

using Value = std::shared_ptr<const Tensor>;

Tensor slice(const Tensor& tensor, std::int64_t first, std::int64_t count) {
  Tensor part{tensor.shape, {}};
  part.shape.front() = count;
  const auto begin = tensor.data.begin() + first * tensor.sampleSize();
  part.data.assign(begin, begin + count * tensor.sampleSize());
  return part;
}

// One node on all samples, cut into chunks that do not depend on the number of threads.
Result<Value> runInChunks(const Network& network, std::size_t node, const std::vector<Value>& inputs,
                          const LayerFunction& layer) {
  const std::int64_t samples = inputs.front()->samples();
  const std::int64_t chunk = forwardBatchSize(network);
  const Shape& sampleShape = network.valueShape(node + 1);
  auto output = std::make_shared<Tensor>();
  output->shape = sampleShape;
  output->shape.insert(output->shape.begin(), samples);
  output->data.resize(static_cast<std::size_t>(output->size()));
  std::mutex mutex;
  std::optional<Error> failure;
  parallelFor(static_cast<std::size_t>((samples + chunk - 1) / chunk), [&](std::size_t index) {
    const std::int64_t first = static_cast<std::int64_t>(index) * chunk;
    const std::int64_t count = std::min(chunk, samples - first);
    std::vector<Tensor> parts;
    for (const Value& input : inputs) parts.push_back(slice(*input, first, count));
    std::vector<const Tensor*> pointers;
    for (const Tensor& part : parts) pointers.push_back(&part);
    Tensor result;
    const Status status = network.runNode(node, pointers, result, layer);
    if (!status) {
      const std::scoped_lock lock(mutex);
      failure = status.error();
      return;
    }
    std::copy(result.data.begin(), result.data.end(), output->data.begin() + first * output->sampleSize());
  });
  if (failure) return fail(*failure);
  return Value(std::move(output));
}

}  // namespace

Status walkCalibration(const Network& network, Tensor samples, const LayerFunction* quantizedLayer,
                       const LayerVisitor& visit, const Job& job) {
  AXESCOPE_CHECK(network.checkInput(samples.shape));
  const auto& nodes = network.nodes();
  std::vector<Value> floats(nodes.size() + 1);
  std::vector<Value> quantized(nodes.size() + 1);
  floats[0] = std::make_shared<const Tensor>(std::move(samples));
  quantized[0] = floats[0];
  std::vector<std::size_t> uses(network.layerCount(), 0);
  std::vector<std::size_t> visited(network.layerCount(), 0);
  for (const Network::Node& node : nodes) {
    if (node.layer) ++uses[*node.layer];
  }
  for (std::size_t node = 0; node < nodes.size(); ++node) {
    AXESCOPE_CHECK(job.check());
    std::vector<Value> floatInputs;
    std::vector<Value> quantizedInputs;
    for (const std::size_t value : nodes[node].inputs) {
      floatInputs.push_back(floats[value]);
      quantizedInputs.push_back(quantized[value]);
    }
    const auto layer = nodes[node].layer;
    if (layer) {
      AXESCOPE_CHECK(visit({*layer, visited[*layer]++, uses[*layer], floatInputs.front(), quantizedInputs.front()}));
    }
    AXESCOPE_TRY(floats[node + 1], runInChunks(network, node, floatInputs, network.floatLayers()));
    if (quantizedLayer == nullptr || (!layer && floatInputs == quantizedInputs)) {
      quantized[node + 1] = floats[node + 1];
    } else {
      AXESCOPE_TRY(quantized[node + 1], runInChunks(network, node, quantizedInputs, *quantizedLayer));
    }
    for (const std::size_t value : nodes[node].inputs) {
      if (network.lastUse(value) > node) continue;
      floats[value].reset();
      quantized[value].reset();
    }
  }
  return {};
}

}  // namespace axescope
