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

using Value = CalibrationValue;

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
  parallelPieces(samples, chunk, [&](std::int64_t first, std::int64_t count) {
    std::vector<Tensor> parts;
    parts.reserve(inputs.size());
    for (const Value& input : inputs) parts.push_back(input->slice(first, count));
    std::vector<const Tensor*> pointers;
    pointers.reserve(parts.size());
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

// What has been computed of one node: the layer that ran and its inputs tell the output.
struct Computed {
  const IntegerLayer* layer = nullptr;
  std::vector<Value> inputs;
  Value output;
};

class Walk {
 public:
  Walk(const Network& network, const CalibrationBranches& branches, const Job& job)
      : network_(network), branches_(branches), job_(job), floats_(network.nodes().size() + 1) {
    quantized_.resize(branches.count, std::vector<Value>(floats_.size()));
  }

  Status run(Tensor samples, const LayerVisitor& visit, const ValueVisitor& visitValue) {
    floats_[0] = std::make_shared<const Tensor>(std::move(samples));
    if (visitValue) visitValue(0, *floats_[0]);
    for (auto& values : quantized_) values[0] = floats_[0];
    const auto& nodes = network_.nodes();
    std::vector<std::size_t> uses(network_.layerCount(), 0);
    std::vector<std::size_t> visited(network_.layerCount(), 0);
    for (const Network::Node& node : nodes) {
      if (node.layer) ++uses[*node.layer];
    }
    for (std::size_t node = 0; node < nodes.size(); ++node) {
      AXESCOPE_CHECK(job_.check());
      if (const auto layer = nodes[node].layer) {
        const std::size_t input = nodes[node].inputs.front();
        std::vector<Value> inputs;
        for (std::size_t branch = 0; branch < branches_.count; ++branch) {
          if (!branches_.goesOn(branch)) quantized_[branch].assign(floats_.size(), nullptr);
          inputs.push_back(quantized_[branch][input]);
        }
        AXESCOPE_CHECK(visit({*layer, visited[*layer]++, uses[*layer], floats_[input], inputs}));
      }
      AXESCOPE_CHECK(compute(node));
      if (visitValue) visitValue(node + 1, *floats_[node + 1]);
      release(node);
    }
    return {};
  }

 private:
  Status compute(std::size_t node) {
    const auto& inputs = network_.nodes()[node].inputs;
    const auto layer = network_.nodes()[node].layer;
    const auto gather = [&](const std::vector<Value>& values) {
      std::vector<Value> gathered;
      gathered.reserve(inputs.size());
      for (const std::size_t value : inputs) gathered.push_back(values[value]);
      return gathered;
    };
    std::vector<Computed> computed;
    computed.push_back({nullptr, gather(floats_), nullptr});
    AXESCOPE_TRY(floats_[node + 1], runInChunks(network_, node, computed.front().inputs, network_.floatLayers()));
    computed.front().output = floats_[node + 1];
    for (std::size_t branch = 0; branch < branches_.count; ++branch) {
      if (!branches_.goesOn(branch)) continue;
      const IntegerLayer* own = layer ? branches_.layer(branch, *layer) : nullptr;
      Computed wanted{own, gather(quantized_[branch]), nullptr};
      const auto known = std::find_if(computed.begin(), computed.end(), [&](const Computed& one) {
        return one.layer == wanted.layer && one.inputs == wanted.inputs;
      });
      if (known != computed.end()) {
        quantized_[branch][node + 1] = known->output;
        continue;
      }
      const LayerFunction integer = [own](std::size_t, const Tensor& input, Tensor& output) {
        return own->run(input, output, nullptr);
      };
      AXESCOPE_TRY(wanted.output,
                   runInChunks(network_, node, wanted.inputs, own != nullptr ? integer : network_.floatLayers()));
      quantized_[branch][node + 1] = wanted.output;
      computed.push_back(std::move(wanted));
    }
    return {};
  }

  void release(std::size_t node) {
    for (const std::size_t value : network_.nodes()[node].inputs) {
      if (network_.lastUse(value) > node) continue;
      floats_[value].reset();
      for (auto& values : quantized_) values[value].reset();
    }
  }

  const Network& network_;
  const CalibrationBranches& branches_;
  const Job& job_;
  std::vector<Value> floats_;
  std::vector<std::vector<Value>> quantized_;  // by branch
};

}  // namespace

Status walkCalibration(const Network& network, Tensor samples, const CalibrationBranches& branches,
                       const LayerVisitor& visit, const Job& job, const ValueVisitor& visitValue) {
  AXESCOPE_TRY(const Network sized, network.resized(samples.shape));
  return Walk(sized, branches, job).run(std::move(samples), visit, visitValue);
}

std::int64_t walkBytesPerSample(const Network& network) {
  std::int64_t most = 0;
  for (std::size_t node = 0; node < network.nodes().size(); ++node) {
    std::int64_t values = elements(network.valueShape(node + 1));
    for (std::size_t value = 0; value <= node; ++value) {
      if (network.lastUse(value) >= node) values += elements(network.valueShape(value));
    }
    most = std::max(most, values);
  }
  return most * static_cast<std::int64_t>(sizeof(float));
}

}  // namespace axescope
