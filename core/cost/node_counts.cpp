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

constexpr std::int64_t floatBytes = 4;

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

void countInIntegers(std::string_view op, const Work& work, const NodeSize& size, OperationRole role,
                     const ElementwiseArithmetic& elementwise, NodeCounts& counts) {
  const Operand element = integerOf(elementwise.elementBits);
  const bool isNorm = role == normalization;
  if (role == OperationRole::elementwise) {
    addRequantization(role, elementwise.elementBits, elementwise.scale, op == "mul" ? size.outputs : size.inputs,
                      counts);
    if (op == "mul") counts.add({multiply, role, element, element, work.multiplies});
  } else {
    addRequantization(role, elementwise.elementBits, isNorm ? elementwise.norm : elementwise.scale, work.multiplies,
                      counts);
  }
  counts.add({add, role, element, element, work.adds});
  counts.add({compare, role, element, element, work.compares});
  counts.add({lookup, role, element, element, work.functions + work.lookups});
}

}  // namespace

OperationRole roleOf(std::string_view op) {
  const auto* const found =
      std::find_if(roles.begin(), roles.end(), [&](const auto& entry) { return entry.first == op; });
  return found == roles.end() ? OperationRole::activation : found->second;
}

bool runsInIntegers(std::string_view op) {
  constexpr std::array<std::string_view, 4> floatOnly{"attention", "layer_norm", "rms_norm", "softmax"};
  return std::find(floatOnly.begin(), floatOnly.end(), op) == floatOnly.end();
}

NodeCounts countNode(std::string_view op, const Work& work, const NodeSize& size,
                     const ElementwiseArithmetic& elementwise) {
  NodeCounts counts;
  counts.op = op;
  const bool isInteger = elementwise.isInteger && runsInIntegers(op);
  if (isInteger) {
    countInIntegers(op, work, size, roleOf(op), elementwise, counts);
  } else {
    countInFloat(work, roleOf(op), counts);
  }
  const bool computes = work != Work{};
  if (computes) {
    const Operand element = isInteger ? integerOf(elementwise.elementBits) : float32;
    constexpr std::int64_t byteBits = 8;
    counts.add({byte, values, element, element, (size.inputs + size.outputs) * element.bits / byteBits});
  }
  return counts;
}

}  // namespace axescope
