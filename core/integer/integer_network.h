// SPDX-License-Identifier: GPL-3.0-or-later
// A quantized network from its input's codes to its logits in integers: every value between nodes is an integer tensor
// with a scale and zero point that are constants, every scaling a multiplier and a shift. What cannot be done in
// integers is done in float between a de-quantization and a re-quantization, and told. core/README.md (31).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/base/job.h"
#include "core/integer/integer_kernel.h"
#include "core/integer/integer_plan.h"
#include "core/integer/layer_requantization.h"
#include "core/network/evaluation.h"
#include "core/network/output_scaling.h"

namespace axescope {

/// Computes a quantized layer from codes to codes; called from many threads at once.
using IntegerLayerFunction =
    std::function<Status(std::size_t layer, const CodeTensor& input, const CodeScaling& scaling, CodeTensor& output)>;

/// How a network's layers run: `integers` those that are quantized statically, `floats` all others.
struct LayerFunctions {
  IntegerLayerFunction integers;
  LayerFunction floats;
};

/// Storage of values no longer needed.
using SpareCodes = std::vector<std::vector<std::int16_t>>;

/// Const after it was built; shared by threads. The network must outlive it.
class IntegerNetwork {
 public:
  /// `elements`, by value: what stands for values that are no layer's codes.
  IntegerNetwork(const Network& network, const QuantizedLayers& quantized, std::vector<ActivationQuantizer> elements,
                 const MultiplierRule& rule);

  const IntegerPlan& plan() const { return plan_; }
  std::vector<FloatOperation> floatOperations() const { return plan_.floatOperations(network_); }

  /// All nodes on the calling thread. samples [count, …] are codes' values where the input has a format, and become
  /// these codes first; the answer is what the output's codes stand for. Storage is taken from `spare` where its size
  /// fits, and left there. Errors: wrongShape, and those of the layer functions and of operations in float.
  Result<Tensor> run(const Tensor& samples, const LayerFunctions& layers, SpareCodes& spare) const;

 private:
  struct Step {
    MadeKernel kernel;                                    // null for layers and operations in float
    std::optional<CodeScaling> scaling;                   // of layers
    std::vector<std::optional<Requantizer>> conversions;  // of inputs that come in other codes than it takes
  };
  /// One of both.
  struct Value {
    CodeTensor codes;
    Tensor floats;
  };

  Step makeStep(std::size_t node, const QuantizedLayers& quantized, const MultiplierRule& rule) const;
  Status runIntegers(std::size_t node, std::vector<Value>& values, const LayerFunctions& layers,
                     SpareCodes& spare) const;
  Status runFloat(std::size_t node, std::vector<Value>& values, const LayerFunctions& layers, SpareCodes& spare) const;
  Tensor toFloats(std::size_t value, const CodeTensor& codes) const;

  const Network& network_;
  IntegerPlan plan_;
  std::vector<Step> steps_;  // by node
};

/// Runs samples [0, count) over the threads of the arena, batch by batch; what a sample gives depends on nothing else.
/// Errors: empty (count < 1), cancelled, and those of loading, of run() and of the visitor.
Status forwardAll(const IntegerNetwork& network, std::int64_t batchSize, const BatchLoader& load, std::int64_t count,
                  const LayerFunctions& layers, const OutputVisitor& visit, const Job& job);

}  // namespace axescope
