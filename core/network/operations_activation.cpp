// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include <fmt/format.h>

#include "core/network/operations.h"
#include "core/network/softmax_row.h"

namespace axescope {

namespace {

Work compares(std::int64_t each, std::int64_t elements) {
  return {.compares = each * elements};
}

Work functions(std::int64_t elements) {
  return {.functions = elements};
}

template <class Function>
class Elementwise final : public Operation {
 public:
  using WorkOf = Work (*)(std::int64_t elements);
  explicit Elementwise(WorkOf workOf) : workOf_(workOf) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override { return inputs.front(); }
  bool isElementwise() const override { return true; }
  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const std::vector<float>& x = inputs.front()->data;
    std::transform(x.begin(), x.end(), output.data.begin(), Function{});
  }
  Work work(std::span<const Shape>, const Shape& output) const override { return workOf_(elements(output)); }

 private:
  WorkOf workOf_;
};

template <class Function>
MadeOperation elementwise(Function, typename Elementwise<Function>::WorkOf workOf = functions) {
  return std::make_unique<Elementwise<Function>>(workOf);
}

float sigmoid(float x) {
  return 1.0F / (1.0F + std::exp(-x));
}

class Softmax final : public Operation {
 public:
  explicit Softmax(std::int64_t axis) : axis_(axis) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    AXESCOPE_CHECK(resolveAxis(axis_, inputs.front()));
    return inputs.front();
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const Tensor& x = *inputs.front();
    const std::size_t axis = *resolveAxis(axis_, x.shape);
    const std::int64_t count = x.shape[axis];
    const std::int64_t inner = elements(std::span(x.shape).subspan(axis + 1));
    const std::int64_t outer = x.size() / (count * inner);
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::int64_t i = 0; i < inner; ++i) {
        const std::int64_t first = o * count * inner + i;
        softmaxRow(x.data.data() + first, output.data.data() + first, count, inner);
      }
    }
  }

  Work work(std::span<const Shape>, const Shape& output) const override {
    return softmaxWork(elements(output), elements(output) / output[*resolveAxis(axis_, output)]);
  }

 private:
  std::int64_t axis_;
};

}  // namespace

// NaN must survive an activation: a broken network is then seen in its output.
MadeOperation makeRelu(const OperationContext&) {
  return elementwise([](float x) { return x < 0.0F ? 0.0F : x; },
                     [](std::int64_t count) { return compares(1, count); });
}

MadeOperation makeRelu6(const OperationContext&) {
  return elementwise([](float x) { return std::clamp(x, 0.0F, 6.0F); },
                     [](std::int64_t count) { return compares(2, count); });
}

MadeOperation makeGelu(const OperationContext& context) {
  AXESCOPE_TRY(const auto approximate, context.attributes().get<std::string>("approximate", "none"));
  if (approximate == "none") {
    return elementwise([](float x) { return 0.5F * x * (1.0F + std::erf(x / std::numbers::sqrt2_v<float>)); });
  }
  if (approximate == "tanh") {
    // sqrt(2/π) (x + 0.044715 x³), Hendrycks and Gimpel, arXiv 1606.08415.
    return elementwise([](float x) {
      const float factor = std::numbers::sqrt2_v<float> * std::numbers::inv_sqrtpi_v<float>;
      return 0.5F * x * (1.0F + std::tanh(factor * (x + 0.044715F * x * x * x)));
    });
  }
  return fail(ErrorCode::unsupported, {}, Attributes::objectName("approximate"), "none or tanh",
              fmt::format("'{}'", approximate));
}

MadeOperation makeSilu(const OperationContext&) {
  return elementwise([](float x) { return x * sigmoid(x); });
}

MadeOperation makeHardswish(const OperationContext&) {
  return elementwise([](float x) { return x * std::clamp(x + 3.0F, 0.0F, 6.0F) / 6.0F; });
}

MadeOperation makeSigmoid(const OperationContext&) {
  return elementwise([](float x) { return sigmoid(x); });
}

MadeOperation makeTanh(const OperationContext&) {
  return elementwise([](float x) { return std::tanh(x); });
}

MadeOperation makeSoftmax(const OperationContext& context) {
  AXESCOPE_TRY(const auto axis, context.attributes().get<std::int64_t>("axis", -1));
  return std::make_unique<Softmax>(axis);
}

}  // namespace axescope
