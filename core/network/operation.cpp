// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/operation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/network/operations.h"

namespace axescope {

namespace {

struct Entry {
  std::string_view op;
  std::size_t leastInputs;
  std::size_t mostInputs;
  MadeOperation (*make)(const OperationContext&);
};

constexpr std::size_t anyNumber = std::numeric_limits<std::size_t>::max();

constexpr std::array table{
    Entry{"add", 2, 2, makeAdd},
    Entry{"attention", 3, 3, makeAttention},
    Entry{"avg_pool2d", 1, 1, makeAvgPool2d},
    Entry{"batch_norm", 1, 1, makeBatchNorm},
    Entry{"concat", 1, anyNumber, makeConcat},
    Entry{"embedding", 1, 1, makeEmbedding},
    Entry{"flatten", 1, 1, makeFlatten},
    Entry{"gelu", 1, 1, makeGelu},
    Entry{"global_avg_pool2d", 1, 1, makeGlobalAvgPool2d},
    Entry{"hadamard", 1, 1, makeHadamard},
    Entry{"hardswish", 1, 1, makeHardswish},
    Entry{"layer_norm", 1, 1, makeLayerNorm},
    Entry{"max_pool2d", 1, 1, makeMaxPool2d},
    Entry{"mul", 2, 2, makeMul},
    Entry{"normalize", 1, 1, makeNormalize},
    Entry{"pad", 1, 1, makePad},
    Entry{"position_embedding", 1, 1, makePositionEmbedding},
    Entry{"relu", 1, 1, makeRelu},
    Entry{"relu6", 1, 1, makeRelu6},
    Entry{"reorder", 1, 1, makeReorder},
    Entry{"reshape", 1, 1, makeReshape},
    Entry{"rms_norm", 1, 1, makeRmsNorm},
    Entry{"sigmoid", 1, 1, makeSigmoid},
    Entry{"silu", 1, 1, makeSilu},
    Entry{"slice", 1, 1, makeSlice},
    Entry{"softmax", 1, 1, makeSoftmax},
    Entry{"tanh", 1, 1, makeTanh},
    Entry{"transpose", 1, 1, makeTranspose},
};

}  // namespace

OperationForm Operation::form(const Shape&) const {
  return {};
}

Status Operation::checkValues(std::span<const Tensor* const>) const {
  return {};
}

namespace {

Result<Tensor> finiteParam(const OperationContext& context, std::initializer_list<std::string_view> roles) {
  for (const std::string_view role : roles) {
    const auto found = context.node.params.find(std::string(role));
    if (found == context.node.params.end()) continue;
    AXESCOPE_TRY(Tensor tensor, context.loadParam(found->second));
    if (!std::all_of(tensor.data.begin(), tensor.data.end(), [](float v) { return std::isfinite(v); })) {
      return fail(ErrorCode::notFinite, {}, fmt::format("param '{}'", role), "finite values", "NaN or infinity");
    }
    return tensor;
  }
  return fail(ErrorCode::notFound, {}, fmt::format("param '{}'", *roles.begin()), "the name of a dataset in /params",
              "none");
}

}  // namespace

Result<std::vector<float>> OperationContext::param(std::initializer_list<std::string_view> roles) const {
  AXESCOPE_TRY(Tensor tensor, finiteParam(*this, roles));
  return std::move(tensor.data);
}

Result<Tensor> OperationContext::table(std::string_view role) const {
  AXESCOPE_TRY(Tensor tensor, finiteParam(*this, {role}));
  if (tensor.shape.size() != 2 || tensor.size() < 1) {
    return fail(ErrorCode::wrongShape, {}, fmt::format("param '{}'", role), "a table [rows, features]",
                fmt::format("[{}]", fmt::join(tensor.shape, ", ")));
  }
  return tensor;
}

Status checkInputCount(const GraphNode& node, std::size_t least, std::size_t most) {
  const std::size_t count = node.inputs.size();
  if (count >= least && count <= most) return {};
  return fail(
      ErrorCode::wrongShape, {}, {},
      fmt::format("{}{} input{} of '{}'", most > least ? "at least " : "", least, least == 1 ? "" : "s", node.op),
      fmt::format("{}", count));
}

MadeOperation makeOperation(const OperationContext& context) {
  const GraphNode& node = context.node;
  const auto* const entry = std::find_if(table.begin(), table.end(), [&](const Entry& e) { return e.op == node.op; });
  if (entry == table.end()) {
    return fail(ErrorCode::unsupported, {}, {}, "a known operation", fmt::format("'{}'", node.op));
  }
  AXESCOPE_CHECK(checkInputCount(node, entry->leastInputs, entry->mostInputs));
  return entry->make(context);
}

Error atNode(Error error, const std::string& file, const std::string& node) {
  if (!error.file.empty()) return error;
  error.file = file;
  error.object = fmt::format("/graph: node '{}'{}{}", node, error.object.empty() ? "" : ": ", error.object);
  return error;
}

}  // namespace axescope
