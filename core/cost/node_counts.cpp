// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/node_counts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/cost/requantization_counts.h"

namespace axescope {

namespace {

using enum OperationKind;
using enum OperationRole;

// Operations that compute; all others move numbers.
constexpr std::array<std::pair<std::string_view, OperationRole>, 21> roles{{
    {"add", elementwise},           {"attention", softmax},
    {"avg_pool2d", pooling},        {"batch_norm", normalization},
    {"embedding", embedding},       {"gelu", activation},
    {"global_avg_pool2d", pooling}, {"hadamard", rotation},
    {"hardswish", activation},      {"layer_norm", normalization},
    {"max_pool2d", pooling},        {"mul", elementwise},
    {"normalize", normalization},   {"position_embedding", embedding},
    {"relu", activation},           {"relu6", activation},
    {"rms_norm", normalization},    {"sigmoid", activation},
    {"silu", activation},           {"softmax", softmax},
    {"tanh", activation},
}};

void countInFloat(const Work& work, OperationRole role, NodeCounts& counts) {
  counts.add({multiply, attentionProduct, float32, float32, work.products});
  counts.add({add, attentionProduct, float32, float32, work.products});
  counts.add({multiply, role, float32, float32, work.multiplies});
  counts.add({add, role, float32, float32, work.adds});
  counts.add({compare, role, float32, float32, work.compares});
  counts.add({divide, role, float32, float32, work.divides});
  counts.add({function, role, float32, float32, work.functions});
  counts.add({lookup, role, float32, float32, work.lookups});
}

// Both inputs times multipliers of one shift, added, then the shift.
void countSum(const NodeSize& size, const ElementwiseArithmetic& elementwise, const CodesAround& codes,
              NodeCounts& counts) {
  const int bits = std::max(codes.inputBits[0], codes.inputBits[1]);
  const Operand product = integerOf(bits + elementwise.scale.bits);
  for (const int input : codes.inputBits) {
    counts.add(
        {multiply, OperationRole::elementwise, integerOf(input), integerOf(elementwise.scale.bits), size.outputs});
  }
  counts.add({add, OperationRole::elementwise, product, product, 2 * size.outputs});
  counts.add({shift, OperationRole::elementwise, product, product, size.outputs});
  counts.add({compare, OperationRole::elementwise, integerOf(codes.outputBits), integerOf(codes.outputBits),
              2 * size.outputs});
}

void countInIntegers(std::string_view op, const Work& work, const NodeSize& size,
                     const ElementwiseArithmetic& elementwise, const CodesAround& codes, NodeCounts& counts) {
  const OperationRole role = roleOf(op);
  const int bits = codes.inputBits.front();
  const Operand element = integerOf(bits);
  if (op == "add") {
    countSum(size, elementwise, codes, counts);
  } else if (op == "mul") {
    counts.add({multiply, role, element, integerOf(codes.inputBits[1]), size.outputs});
    addRequantization(role, bits + codes.inputBits[1], elementwise.scale, size.outputs, counts);
  } else if (op == "batch_norm" || op == "normalize") {
    addRequantization(role, bits, elementwise.norm, size.outputs, counts);
  } else {
    addConversions(codes, size.inputs, elementwise, counts);
    counts.add({add, role, element, element, work.adds});
    counts.add({compare, role, element, element, work.compares});
    counts.add({lookup, role, element, element, work.functions});
    if (work.multiplies > 0) addRequantization(role, bits, elementwise.scale, work.multiplies, counts);
  }
}

// Width of a value's elements in memory.
Operand stored(int codeBits) {
  return codeBits > 0 ? integerOf(codeBits) : float32;
}

}  // namespace

OperationRole roleOf(std::string_view op) {
  const auto* const found =
      std::find_if(roles.begin(), roles.end(), [&](const auto& entry) { return entry.first == op; });
  return found == roles.end() ? OperationRole::activation : found->second;
}

NodeCounts countNode(std::string_view op, const Work& work, const NodeSize& size,
                     const ElementwiseArithmetic& elementwise, const CodesAround* codes) {
  NodeCounts counts;
  counts.op = op;
  const bool isInteger = codes != nullptr && !codes->runsInFloat;
  if (isInteger) {
    countInIntegers(op, work, size, elementwise, *codes, counts);
  } else {
    countInFloat(work, roleOf(op), counts);
    if (codes != nullptr) addFloatPassage(*codes, size.inputs, size.outputs, counts);
  }
  if (work == Work{}) return counts;
  constexpr std::int64_t byteBits = 8;
  const auto moved = [&](std::int64_t count, int codeBits) {
    const Operand element = stored(codeBits);
    counts.add({byte, values, element, element, count * element.bits / byteBits});
  };
  for (std::size_t i = 0; i < size.inputs.size(); ++i)
    moved(size.inputs[i], codes != nullptr ? codes->inputBits[i] : 0);
  moved(size.outputs, codes != nullptr ? codes->outputBits : 0);
  return counts;
}

}  // namespace axescope
