// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/network/batch_norm.h"
#include "core/network/operations.h"

namespace axescope {

namespace {

// Calls body(channel, first, count) for each run of elements of one channel.
template <class Body>
void forEachChannelRun(const Shape& shape, std::size_t axis, const Body& body) {
  const std::int64_t inner = elements(std::span(shape).subspan(axis + 1));
  const std::int64_t runs = elements(std::span(shape).first(axis + 1));
  for (std::int64_t r = 0; r < runs; ++r) body(static_cast<std::size_t>(r % shape[axis]), r * inner, inner);
}

class Normalize final : public Operation {
 public:
  Normalize(std::vector<float> mean, std::vector<float> deviation, float divisor)
      : mean_(std::move(mean)), deviation_(std::move(deviation)), divisor_(divisor) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    const Shape& shape = inputs.front();
    if (shape.size() < 2) return shapeMismatch("samples with channels", shape);
    if (const std::int64_t channels = shape[channelAxis(shape)]; channels != static_cast<std::int64_t>(mean_.size())) {
      return shapeMismatch(fmt::format("{} channels, as in mean", mean_.size()), shape);
    }
    return shape;
  }

  bool isElementwise() const override { return true; }

  OperationForm form(const Shape& input) const override {
    ChannelAffine affine{.axis = channelAxis(input), .scale = {}, .shift = {}};
    for (std::size_t c = 0; c < mean_.size(); ++c) {
      const double deviation = static_cast<double>(deviation_[c]);
      affine.scale.push_back(1.0 / (static_cast<double>(divisor_) * deviation));
      affine.shift.push_back(-static_cast<double>(mean_[c]) / deviation);
    }
    return affine;
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const Tensor& x = *inputs.front();
    forEachChannelRun(x.shape, channelAxis(x.shape), [&](std::size_t c, std::int64_t first, std::int64_t count) {
      std::transform(x.data.begin() + first, x.data.begin() + first + count, output.data.begin() + first,
                     [&](float v) { return (v / divisor_ - mean_[c]) / deviation_[c]; });
    });
  }

  Work work(std::span<const Shape>, const Shape& output) const override {
    const bool shifts = std::any_of(mean_.begin(), mean_.end(), [](float mean) { return mean != 0.0F; });
    return {.multiplies = elements(output), .adds = shifts ? elements(output) : 0};
  }

 private:
  // Images are [N, C, H, W]; anything else has its features last.
  static std::size_t channelAxis(const Shape& shape) { return shape.size() == 4 ? 1 : shape.size() - 1; }

  std::vector<float> mean_;
  std::vector<float> deviation_;
  float divisor_;
};

class BatchNorm final : public Operation {
 public:
  explicit BatchNorm(BatchNormScaling scaling) : scale_(std::move(scaling.scale)), shift_(std::move(scaling.shift)) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    const Shape& shape = inputs.front();
    if (shape.size() < 2 || shape[1] != static_cast<std::int64_t>(scale_.size())) {
      return shapeMismatch(fmt::format("{} channels on axis 1, as in the params", scale_.size()), shape);
    }
    return shape;
  }

  bool isElementwise() const override { return true; }

  OperationForm form(const Shape&) const override {
    return ChannelAffine{.axis = 1, .scale = {scale_.begin(), scale_.end()}, .shift = {shift_.begin(), shift_.end()}};
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const Tensor& x = *inputs.front();
    forEachChannelRun(x.shape, 1, [&](std::size_t c, std::int64_t first, std::int64_t count) {
      std::transform(x.data.begin() + first, x.data.begin() + first + count, output.data.begin() + first,
                     [&](float v) { return v * scale_[c] + shift_[c]; });
    });
  }

  Work work(std::span<const Shape>, const Shape& output) const override {
    return {.multiplies = elements(output), .adds = elements(output)};
  }

 private:
  std::vector<float> scale_;
  std::vector<float> shift_;
};

std::vector<float> toFloats(const std::vector<double>& values) {
  std::vector<float> floats(values.size());
  std::transform(values.begin(), values.end(), floats.begin(), [](double v) { return static_cast<float>(v); });
  return floats;
}

}  // namespace

MadeOperation makeNormalize(const OperationContext& context) {
  const Attributes attributes = context.attributes();
  AXESCOPE_TRY(const auto mean, attributes.get<std::vector<double>>("mean"));
  AXESCOPE_TRY(const auto deviation, attributes.get<std::vector<double>>("std"));
  AXESCOPE_TRY(const auto divisor, attributes.get<double>("divisor", 1.0));
  if (deviation.size() != mean.size()) {
    return fail(ErrorCode::wrongShape, {}, Attributes::objectName("std"),
                fmt::format("{} numbers, as in mean", mean.size()), fmt::format("{}", deviation.size()));
  }
  // Tested after rounding to float32, the type it divides in.
  const auto isZero = [](double v) { return static_cast<float>(v) == 0.0F; };
  if (std::any_of(deviation.begin(), deviation.end(), isZero)) {
    return fail(ErrorCode::notFinite, {}, Attributes::objectName("std"), "numbers other than zero", "0");
  }
  if (isZero(divisor)) {
    return fail(ErrorCode::notFinite, {}, Attributes::objectName("divisor"), "a number other than zero", "0");
  }
  return std::make_unique<Normalize>(toFloats(mean), toFloats(deviation), static_cast<float>(divisor));
}

MadeOperation makeBatchNorm(const OperationContext& context) {
  AXESCOPE_TRY(BatchNormScaling scaling, readBatchNorm(context));
  return std::make_unique<BatchNorm>(std::move(scaling));
}

}  // namespace axescope
