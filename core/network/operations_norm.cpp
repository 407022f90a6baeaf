// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "core/network/operations.h"

namespace axescope {

namespace {

// y = (x − μ) / √(σ² + ε) · weight + bias over the last axis; moments in float64. Without centring μ is 0, and σ² the
// mean square: RMSNorm (arXiv 1910.07467).
class Norm final : public Operation {
 public:
  Norm(std::vector<float> weight, std::vector<float> bias, double epsilon, bool centred)
      : weight_(std::move(weight)), bias_(std::move(bias)), epsilon_(epsilon), centred_(centred) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    const Shape& shape = inputs.front();
    if (shape.size() < 2 || shape.back() != static_cast<std::int64_t>(weight_.size())) {
      return shapeMismatch(fmt::format("{} features on the last axis, as in the params", weight_.size()), shape);
    }
    return shape;
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const std::size_t features = weight_.size();
    const std::vector<float>& x = inputs.front()->data;
    for (std::size_t first = 0; first < x.size(); first += features) row(x.data() + first, output.data.data() + first);
  }

  // Per row the mean, the squares, 1/√ of their mean; then factor, weight and bias.
  Work work(std::span<const Shape>, const Shape& output) const override {
    const std::int64_t count = elements(output);
    const std::int64_t rows = count / output.back();
    const std::int64_t ofMean = centred_ ? 2 * count - rows : 0;
    return {.multiplies = 3 * count + (centred_ ? 2 : 1) * rows,
            .adds = count + ofMean + (bias_.empty() ? 0 : count),
            .functions = rows};
  }

 private:
  void row(const float* x, float* y) const {
    const auto count = static_cast<double>(weight_.size());
    double mean = 0.0;
    if (centred_) {
      for (std::size_t i = 0; i < weight_.size(); ++i) mean += static_cast<double>(x[i]);
      mean /= count;
    }
    double squares = 0.0;
    for (std::size_t i = 0; i < weight_.size(); ++i) {
      const double centred = static_cast<double>(x[i]) - mean;
      squares += centred * centred;
    }
    const double factor = 1.0 / std::sqrt(squares / count + epsilon_);
    for (std::size_t i = 0; i < weight_.size(); ++i) {
      y[i] = static_cast<float>((static_cast<double>(x[i]) - mean) * factor) * weight_[i];
      if (!bias_.empty()) y[i] += bias_[i];
    }
  }

  std::vector<float> weight_;
  std::vector<float> bias_;
  double epsilon_;
  bool centred_;
};

Result<double> readEpsilon(const OperationContext& context) {
  constexpr double usual = 1e-5;
  AXESCOPE_TRY(const auto epsilon, context.attributes().get<double>("eps", usual));
  if (epsilon < 0.0) {
    return fail(ErrorCode::notFinite, {}, Attributes::objectName("eps"), "a number of at least 0",
                fmt::format("{}", epsilon));
  }
  return epsilon;
}

Result<std::vector<float>> readWeight(const OperationContext& context) {
  AXESCOPE_TRY(auto weight, context.param({"weight"}));
  if (weight.empty()) return fail(ErrorCode::empty, {}, "param 'weight'", "at least one value", "none");
  return weight;
}

}  // namespace

MadeOperation makeLayerNorm(const OperationContext& context) {
  AXESCOPE_TRY(auto weight, readWeight(context));
  std::vector<float> bias;
  if (context.hasParam("bias")) {
    AXESCOPE_TRY(bias, context.param({"bias"}));
    if (bias.size() != weight.size()) {
      return fail(ErrorCode::wrongShape, {}, "param 'bias'", fmt::format("{} values, as in weight", weight.size()),
                  fmt::format("{}", bias.size()));
    }
  }
  AXESCOPE_TRY(const double epsilon, readEpsilon(context));
  return std::make_unique<Norm>(std::move(weight), std::move(bias), epsilon, true);
}

MadeOperation makeRmsNorm(const OperationContext& context) {
  AXESCOPE_TRY(auto weight, readWeight(context));
  AXESCOPE_TRY(const double epsilon, readEpsilon(context));
  return std::make_unique<Norm>(std::move(weight), std::vector<float>{}, epsilon, false);
}

}  // namespace axescope
