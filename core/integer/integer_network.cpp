// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/integer_network.h"

#include <algorithm>
#include <utility>

#include "core/network/spare_storage.h"

namespace axescope {

namespace {

void prepare(CodeTensor& tensor, const Shape& sampleShape, std::int64_t samples, SpareCodes& spare) {
  tensor.shape = sampleShape;
  tensor.shape.insert(tensor.shape.begin(), samples);
  const std::int64_t size = elements(tensor.shape);
  tensor.codes = takeStorage(spare, size);
  tensor.codes.resize(static_cast<std::size_t>(size));
}

}  // namespace

IntegerNetwork::IntegerNetwork(const Network& network, const QuantizedLayers& quantized,
                               std::vector<ActivationQuantizer> elements, const MultiplierRule& rule)
    : network_(network), plan_(network, quantized, std::move(elements)) {
  for (std::size_t node = 0; node < network.nodes().size(); ++node) steps_.push_back(makeStep(node, quantized, rule));
}

IntegerNetwork::Step IntegerNetwork::makeStep(std::size_t node, const QuantizedLayers& quantized,
                                              const MultiplierRule& rule) const {
  Step step;
  if (!plan_.floatReason(node).empty()) return step;
  const Network::Node& n = network_.nodes()[node];
  const ActivationQuantizer& output = *plan_.format(node + 1);
  std::optional<ActivationQuantizer> taken;  // by nodes that take one kind of codes only
  if (n.layer) taken = quantized[*n.layer]->input;
  if (handsCodesOn(n.op)) taken = output;
  std::vector<ActivationQuantizer> inputs;
  for (const std::size_t value : n.inputs) {
    const ActivationQuantizer& given = *plan_.format(value);
    inputs.push_back(taken.value_or(given));
    const bool differs = taken && *taken != given;
    step.conversions.push_back(differs ? std::optional(conversion(given, *taken, rule.bits())) : std::nullopt);
  }
  if (n.layer) {
    step.scaling.emplace(layerRequantizers(*quantized[*n.layer], output, rule));
  } else {
    step.kernel = makeKernel({network_, node, std::move(inputs), output, rule.bits()});
  }
  return step;
}

Tensor IntegerNetwork::toFloats(std::size_t value, const CodeTensor& codes) const {
  const ActivationQuantizer& format = *plan_.format(value);
  Tensor floats{codes.shape, std::vector<float>(codes.codes.size())};
  std::transform(codes.codes.begin(), codes.codes.end(), floats.data.begin(),
                 [&](std::int16_t code) { return format.dequantize(code); });
  return floats;
}

Status IntegerNetwork::runIntegers(std::size_t node, std::vector<Value>& values, const LayerFunctions& layers,
                                   SpareCodes& spare) const {
  const Network::Node& n = network_.nodes()[node];
  const Step& step = steps_[node];
  std::vector<CodeTensor> converted(n.inputs.size());
  std::vector<const CodeTensor*> inputs;
  for (std::size_t i = 0; i < n.inputs.size(); ++i) {
    const CodeTensor& given = values[n.inputs[i]].codes;
    inputs.push_back(&given);
    if (!step.conversions[i]) continue;
    prepare(converted[i], network_.valueShape(n.inputs[i]), given.samples(), spare);
    std::transform(given.codes.begin(), given.codes.end(), converted[i].codes.begin(), *step.conversions[i]);
    inputs.back() = &converted[i];
  }
  CodeTensor& output = values[node + 1].codes;
  prepare(output, network_.valueShape(node + 1), inputs.front()->samples(), spare);
  if (n.layer) {
    AXESCOPE_CHECK(layers.integers(*n.layer, *inputs.front(), *step.scaling, output));
  } else {
    step.kernel->run(inputs, output);
  }
  for (CodeTensor& one : converted) {
    if (!one.codes.empty()) spare.push_back(std::move(one.codes));
  }
  return {};
}

Status IntegerNetwork::runFloat(std::size_t node, std::vector<Value>& values, const LayerFunctions& layers,
                                SpareCodes& spare) const {
  const Network::Node& n = network_.nodes()[node];
  std::vector<Tensor> made(n.inputs.size());
  std::vector<const Tensor*> inputs;
  for (std::size_t i = 0; i < n.inputs.size(); ++i) {
    const Value& given = values[n.inputs[i]];
    inputs.push_back(&given.floats);
    if (!plan_.format(n.inputs[i])) continue;
    made[i] = toFloats(n.inputs[i], given.codes);
    inputs.back() = &made[i];
  }
  Tensor& output = values[node + 1].floats;
  AXESCOPE_CHECK(network_.runNode(node, inputs, output, layers.floats));
  if (const auto& format = plan_.format(node + 1)) {
    CodeTensor& codes = values[node + 1].codes;
    prepare(codes, network_.valueShape(node + 1), output.samples(), spare);
    format->quantize(output.data, std::span(codes.codes));
    output = {};
  }
  return {};
}

Result<Tensor> IntegerNetwork::run(const Tensor& samples, const LayerFunctions& layers, SpareCodes& spare) const {
  AXESCOPE_CHECK(network_.checkInput(samples.shape));
  std::vector<Value> values(network_.nodes().size() + 1);
  if (const auto& format = plan_.format(0)) {
    prepare(values[0].codes, network_.valueShape(0), samples.samples(), spare);
    format->quantize(samples.data, std::span(values[0].codes.codes));
  } else {
    values[0].floats = samples;
  }
  const auto release = [&](std::size_t value, std::size_t node) {
    if (network_.lastUse(value) != node) return;
    if (!values[value].codes.codes.empty()) spare.push_back(std::exchange(values[value].codes.codes, {}));
    values[value].floats = {};
  };
  for (std::size_t node = 0; node < steps_.size(); ++node) {
    const bool inFloat = !plan_.floatReason(node).empty();
    AXESCOPE_CHECK(inFloat ? runFloat(node, values, layers, spare) : runIntegers(node, values, layers, spare));
    for (const std::size_t value : network_.nodes()[node].inputs) release(value, node);
    release(node + 1, node);
  }
  Value& output = values[network_.outputValue()];
  if (!plan_.format(network_.outputValue())) return std::move(output.floats);
  Tensor outputs = toFloats(network_.outputValue(), output.codes);
  spare.push_back(std::move(output.codes.codes));
  return outputs;
}

Status forwardAll(const IntegerNetwork& network, std::int64_t batchSize, const BatchLoader& load, std::int64_t count,
                  const LayerFunctions& layers, const OutputVisitor& visit, const Job& job) {
  StoragePool<std::int16_t> pool;
  return forEachBatch(load, count, batchSize, job, [&](std::int64_t first, const Tensor& samples) -> Status {
    SpareCodes spare = pool.take();
    AXESCOPE_TRY(const Tensor outputs, network.run(samples, layers, spare));
    AXESCOPE_CHECK(visit(first, outputs));
    pool.give(std::move(spare));
    return {};
  });
}

}  // namespace axescope
