// SPDX-License-Identifier: GPL-3.0-or-later
#include <bit>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/linalg/feature_order.h"
#include "core/linalg/hadamard.h"
#include "core/network/operations.h"

namespace axescope {

namespace {

// Runs of neighbouring features of a sample. What a layer's inputs go through when its weights were rotated too.
class Hadamard final : public Operation {
 public:
  explicit Hadamard(std::int64_t block) : block_(block) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    const Shape& shape = inputs.front();
    if (shape.size() < 2 || elements(std::span(shape).subspan(1)) % block_ != 0) {
      return shapeMismatch(fmt::format("samples of whole blocks of {} features", block_), shape);
    }
    return shape;
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    output.data = inputs.front()->data;
    rotateByHadamard(output.data, block_);
  }

  // log2(block) rounds of butterflies, then 1/√block.
  Work work(std::span<const Shape>, const Shape& output) const override {
    const std::int64_t rounds = std::countr_zero(static_cast<std::uint64_t>(block_));
    return {.multiplies = block_ > 1 ? elements(output) : 0, .adds = rounds * elements(output)};
  }

 private:
  std::int64_t block_;
};

// Features or channels of a sample in another order. What a layer's inputs go through when its columns were permuted.
class Reorder final : public Operation {
 public:
  Reorder(std::vector<std::int64_t> order, bool ofChannels) : order_(std::move(order)), ofChannels_(ofChannels) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    const Shape& shape = inputs.front();
    const auto size = static_cast<std::int64_t>(order_.size());
    if (ofChannels_ && (shape.size() < 2 || shape[1] != size)) {
      return shapeMismatch(fmt::format("{} channels on axis 1", size), shape);
    }
    if (shape.size() < 2 || elements(std::span(shape).subspan(1)) % size != 0) {
      return shapeMismatch(fmt::format("samples of whole runs of {} features", size), shape);
    }
    return shape;
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const Tensor& x = *inputs.front();
    const std::int64_t length = ofChannels_ ? elements(std::span(x.shape).subspan(2)) : 1;
    reorderFeatures(x.data, order_, length, output.data);
  }

  Work work(std::span<const Shape>, const Shape&) const override { return {}; }

 private:
  std::vector<std::int64_t> order_;
  bool ofChannels_;
};

}  // namespace

MadeOperation makeReorder(const OperationContext& context) {
  const Attributes attributes = context.attributes();
  AXESCOPE_TRY(auto order, attributes.get<std::vector<std::int64_t>>("order"));
  AXESCOPE_TRY(const auto axis, attributes.get<std::int64_t>("axis", -1));
  if (order.empty() || !isPermutation(order)) {
    return fail(ErrorCode::wrongShape, {}, Attributes::objectName("order"), "each feature once",
                fmt::format("{} numbers", order.size()));
  }
  if (axis != 1 && axis != -1) {
    return fail(ErrorCode::wrongShape, {}, Attributes::objectName("axis"), "1 or -1", fmt::format("{}", axis));
  }
  return std::make_unique<Reorder>(std::move(order), axis == 1);
}

MadeOperation makeHadamard(const OperationContext& context) {
  AXESCOPE_TRY(const auto block, context.attributes().get<std::int64_t>("block"));
  if (block < 1 || block > mostElementsPerSample || hadamardBlock(block) != block) {
    return fail(ErrorCode::wrongShape, {}, Attributes::objectName("block"), "a power of two", fmt::format("{}", block));
  }
  return std::make_unique<Hadamard>(block);
}

}  // namespace axescope
