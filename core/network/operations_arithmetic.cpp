// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "core/network/operations.h"
#include "core/network/strided.h"

namespace axescope {

namespace {

template <class Function>
class Broadcast final : public Operation {
 public:
  // Every value has the samples on axis 0, so ranks must agree: numpy's rule for different ranks would pair samples
  // with features.
  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    const Shape& a = inputs[0];
    const Shape& b = inputs[1];
    bool fits = a.size() == b.size() && !a.empty() && a[0] == b[0];
    Shape shape = a;
    for (std::size_t axis = 1; fits && axis < a.size(); ++axis) {
      fits = a[axis] == b[axis] || a[axis] == 1 || b[axis] == 1;
      shape[axis] = std::max(a[axis], b[axis]);
    }
    if (!fits) {
      return fail(ErrorCode::wrongShape, {}, {}, "two values of equal sizes (or 1) on each axis",
                  fmt::format("{} and {}", batchShapeText(a), batchShapeText(b)));
    }
    return shape;
  }

  bool isElementwise() const override { return true; }

  Work work(std::span<const Shape>, const Shape& output) const override {
    if constexpr (std::is_same_v<Function, std::plus<float>>) return {.adds = elements(output)};
    return {.multiplies = elements(output)};
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const Tensor& a = *inputs[0];
    const Tensor& b = *inputs[1];
    if (a.shape == b.shape) {
      std::transform(a.data.begin(), a.data.end(), b.data.begin(), output.data.begin(), Function{});
      return;
    }
    const Shape stridesA = broadcastStrides(a.shape);
    const Shape stridesB = broadcastStrides(b.shape);
    const std::int64_t count = output.shape.back();
    const std::int64_t stepA = stridesA.back();
    const std::int64_t stepB = stridesB.back();
    forEachRow<3>(output.shape, {stridesA, stridesB, denseStrides(output.shape)},
                  [&](const std::array<std::int64_t, 3>& offsets) {
                    const float* x = a.data.data() + offsets[0];
                    const float* y = b.data.data() + offsets[1];
                    float* z = output.data.data() + offsets[2];
                    for (std::int64_t i = 0; i < count; ++i) z[i] = Function{}(x[i * stepA], y[i * stepB]);
                  });
  }
};

}  // namespace

MadeOperation makeAdd(const OperationContext&) {
  return std::make_unique<Broadcast<std::plus<float>>>();
}

MadeOperation makeMul(const OperationContext&) {
  return std::make_unique<Broadcast<std::multiplies<float>>>();
}

}  // namespace axescope
