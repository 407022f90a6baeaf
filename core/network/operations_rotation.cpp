// SPDX-License-Identifier: GPL-3.0-or-later
#include <bit>

#include <fmt/format.h>

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

}  // namespace

MadeOperation makeHadamard(const OperationContext& context) {
  AXESCOPE_TRY(const auto block, context.attributes().get<std::int64_t>("block"));
  if (block < 1 || block > mostElementsPerSample || hadamardBlock(block) != block) {
    return fail(ErrorCode::wrongShape, {}, Attributes::objectName("block"), "a power of two", fmt::format("{}", block));
  }
  return std::make_unique<Hadamard>(block);
}

}  // namespace axescope
