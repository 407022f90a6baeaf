// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/cost/operation_count.h"

#include <algorithm>
#include <array>

namespace axescope {

namespace {

// In the order of the enumerations.
constexpr std::array<std::string_view, 8> kindNames{"multiply", "add",      "shift",  "compare",
                                                    "divide",   "function", "lookup", "byte"};
constexpr std::array<std::string_view, 17> roleNames{
    "product", "inner-accumulation", "outer-accumulation", "attention-product", "zero-point",  "bias",
    "scaling", "quantization",       "normalization",      "activation",        "elementwise", "pooling",
    "softmax", "embedding",          "rotation",           "weights",           "values"};
constexpr std::array<std::string_view, 3> typeNames{"integer", "float", "power-of-two"};
constexpr std::array<std::string_view, 3> shareNames{"products", "element-wise", "memory"};

bool sameOperation(const OperationCount& a, const OperationCount& b) {
  return a.kind == b.kind && a.role == b.role && a.a == b.a && a.b == b.b;
}

}  // namespace

void NodeCounts::add(const OperationCount& operation) {
  if (operation.count == 0) return;
  const auto same = std::find_if(operations.begin(), operations.end(),
                                 [&](const OperationCount& other) { return sameOperation(operation, other); });
  if (same == operations.end()) {
    operations.push_back(operation);
  } else {
    same->count += operation.count;
  }
}

std::int64_t NetworkCounts::total(OperationKind kind, std::optional<OperationRole> role) const {
  std::int64_t sum = 0;
  for (const NodeCounts& node : nodes) {
    for (const OperationCount& operation : node.operations) {
      if (operation.kind == kind && (!role || operation.role == *role)) sum += operation.count;
    }
  }
  return sum;
}

CostShare shareOf(OperationRole role) {
  using enum OperationRole;
  switch (role) {
    case product:
    case innerAccumulation:
    case outerAccumulation:
    case attentionProduct:
      return CostShare::products;
    case weights:
    case values:
      return CostShare::memory;
    default:
      return CostShare::elementwise;
  }
}

bool isOfLayers(OperationRole role) {
  using enum OperationRole;
  switch (role) {
    case product:
    case innerAccumulation:
    case outerAccumulation:
    case zeroPoint:
    case bias:
    case scaling:
    case weights:
      return true;
    default:
      return false;
  }
}

std::span<const std::string_view> operationKindNames() {
  return kindNames;
}

std::span<const std::string_view> operationRoleNames() {
  return roleNames;
}

std::span<const std::string_view> numberTypeNames() {
  return typeNames;
}

std::string_view name(OperationKind kind) {
  return kindNames[static_cast<std::size_t>(kind)];
}

std::string_view name(OperationRole role) {
  return roleNames[static_cast<std::size_t>(role)];
}

std::string_view name(NumberType type) {
  return typeNames[static_cast<std::size_t>(type)];
}

std::string_view name(CostShare share) {
  return shareNames[static_cast<std::size_t>(share)];
}

}  // namespace axescope
