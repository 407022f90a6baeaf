// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "core/network/operations.h"
#include "core/network/strided.h"

namespace axescope {

namespace {

std::string listText(const std::vector<std::int64_t>& values) {
  return fmt::format("[{}]", fmt::join(values, ", "));
}

// Numbers move; none is computed.
class Layout : public Operation {
 public:
  Work work(std::span<const Shape>, const Shape&) const final { return {}; }
};

// The same numbers in the same order under another shape.
class SameOrder : public Layout {
 public:
  void run(std::span<const Tensor* const> inputs, Tensor& output) const final { output.data = inputs.front()->data; }
};

class Flatten final : public SameOrder {
 public:
  explicit Flatten(std::int64_t startAxis) : startAxis_(startAxis) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    const Shape& shape = inputs.front();
    AXESCOPE_TRY(const std::size_t axis, resolveAxis(startAxis_, shape));
    Shape flat(shape.begin(), shape.begin() + static_cast<std::ptrdiff_t>(axis));
    flat.push_back(elements(std::span(shape).subspan(axis)));
    return flat;
  }

 private:
  std::int64_t startAxis_;
};

class Reshape final : public SameOrder {
 public:
  explicit Reshape(std::vector<std::int64_t> sizes) : sizes_(std::move(sizes)) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    const Shape& shape = inputs.front();
    if (shape.empty()) return shapeMismatch("samples", shape);
    const std::int64_t available = elements(std::span(shape).subspan(1));
    Shape result = sizes_;
    result.front() = shape.front();
    std::int64_t known = 1;
    std::optional<std::size_t> open;
    for (std::size_t axis = 1; axis < result.size(); ++axis) {
      if (result[axis] == -1) {
        open = axis;
      } else if (result[axis] > available / known) {
        return mismatch(shape);
      } else {
        known *= result[axis];
      }
    }
    if (open) result[*open] = available / known;
    if (elements(std::span(result).subspan(1)) != available) return mismatch(shape);
    return result;
  }

 private:
  tl::unexpected<Error> mismatch(const Shape& shape) const {
    return shapeMismatch(fmt::format("a value that can take the shape {}", listText(sizes_)), shape);
  }

  std::vector<std::int64_t> sizes_;  // −1 first, then sizes ≥ 1 and at most one −1
};

class Transpose final : public Layout {
 public:
  explicit Transpose(std::vector<std::size_t> axes) : axes_(std::move(axes)) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    const Shape& shape = inputs.front();
    if (shape.size() != axes_.size()) return shapeMismatch(fmt::format("{} axes", axes_.size()), shape);
    return permuted(shape);
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const Tensor& x = *inputs.front();
    copyStrided(output.shape, x.data.data(), permuted(denseStrides(x.shape)), output.data.data(),
                denseStrides(output.shape));
  }

 private:
  Shape permuted(const Shape& values) const {
    Shape result;
    result.reserve(axes_.size());
    for (const std::size_t axis : axes_) result.push_back(values[axis]);
    return result;
  }

  std::vector<std::size_t> axes_;
};

class Slice final : public Layout {
 public:
  Slice(std::int64_t axis, std::int64_t start, std::optional<std::int64_t> stop, std::int64_t step)
      : axis_(axis), start_(start), stop_(stop), step_(step) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    const Shape& shape = inputs.front();
    AXESCOPE_TRY(const std::size_t axis, resolveAxis(axis_, shape));
    const std::int64_t size = shape[axis];
    const std::int64_t first = within(start_, size);
    const std::int64_t last = stop_ ? within(*stop_, size) : size;
    if (first >= last) {
      return shapeMismatch(fmt::format("elements from {} to {} on axis {}", start_,
                                       stop_ ? fmt::format("{}", *stop_) : std::string("the end"), axis),
                           shape);
    }
    Shape result = shape;
    result[axis] = (last - first - 1) / step_ + 1;
    return result;
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const Tensor& x = *inputs.front();
    const std::size_t axis = *resolveAxis(axis_, x.shape);
    Shape strides = denseStrides(x.shape);
    const std::int64_t offset = within(start_, x.shape[axis]) * strides[axis];
    // One element taken needs no stride, and a huge step would overflow it.
    strides[axis] = output.shape[axis] == 1 ? 0 : strides[axis] * step_;
    copyStrided(output.shape, x.data.data() + offset, strides, output.data.data(), denseStrides(output.shape));
  }

 private:
  // Python's rule: negative counts from the end, beyond the ends is the end.
  static std::int64_t within(std::int64_t index, std::int64_t size) {
    return std::clamp(index < 0 ? index + size : index, std::int64_t{0}, size);
  }

  std::int64_t axis_;
  std::int64_t start_;
  std::optional<std::int64_t> stop_;
  std::int64_t step_;
};

class Pad final : public Layout {
 public:
  Pad(std::vector<std::int64_t> before, std::vector<std::int64_t> after, float value)
      : before_(std::move(before)), after_(std::move(after)), value_(value) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    Shape shape = inputs.front();
    if (shape.size() != before_.size()) return shapeMismatch(fmt::format("{} axes", before_.size()), shape);
    for (std::size_t axis = 0; axis < shape.size(); ++axis) shape[axis] += before_[axis] + after_[axis];
    return shape;
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const Tensor& x = *inputs.front();
    const Shape strides = denseStrides(output.shape);
    std::fill(output.data.begin(), output.data.end(), value_);
    const std::int64_t offset = std::inner_product(before_.begin(), before_.end(), strides.begin(), std::int64_t{0});
    copyStrided(x.shape, x.data.data(), denseStrides(x.shape), output.data.data() + offset, strides);
  }

 private:
  std::vector<std::int64_t> before_;
  std::vector<std::int64_t> after_;
  float value_;
};

class Concat final : public Layout {
 public:
  explicit Concat(std::int64_t axis) : axis_(axis) {}

  Result<Shape> outputShape(std::span<const Shape> inputs) const override {
    AXESCOPE_TRY(const std::size_t axis, resolveAxis(axis_, inputs.front()));
    Shape result = inputs.front();
    for (const Shape& shape : inputs.subspan(1)) {
      Shape same = shape;
      if (same.size() == result.size()) same[axis] = result[axis];
      if (same != result) {
        return fail(ErrorCode::wrongShape, {}, {}, fmt::format("values that differ on axis {} only", axis),
                    fmt::format("{} and {}", batchShapeText(inputs.front()), batchShapeText(shape)));
      }
      result[axis] += shape[axis];
    }
    return result;
  }

  void run(std::span<const Tensor* const> inputs, Tensor& output) const override {
    const std::size_t axis = *resolveAxis(axis_, output.shape);
    const Shape strides = denseStrides(output.shape);
    float* target = output.data.data();
    for (const Tensor* x : inputs) {
      copyStrided(x->shape, x->data.data(), denseStrides(x->shape), target, strides);
      target += x->shape[axis] * strides[axis];
    }
  }

 private:
  std::int64_t axis_;
};

tl::unexpected<Error> badList(const char* key, const char* expected, const std::vector<std::int64_t>& found) {
  return fail(ErrorCode::wrongShape, {}, Attributes::objectName(key), expected, listText(found));
}

}  // namespace

MadeOperation makeFlatten(const OperationContext& context) {
  AXESCOPE_TRY(const auto startAxis, context.attributes().get<std::int64_t>("start_axis", 1));
  return std::make_unique<Flatten>(startAxis);
}

MadeOperation makeReshape(const OperationContext& context) {
  AXESCOPE_TRY(auto sizes, context.attributes().get<std::vector<std::int64_t>>("shape"));
  const auto isSize = [](std::int64_t size) { return size == -1 || size >= 1; };
  if (sizes.size() < 2 || sizes.front() != -1 || !std::all_of(sizes.begin(), sizes.end(), isSize) ||
      std::count(sizes.begin() + 1, sizes.end(), -1) > 1) {
    return badList("shape", "-1 for the samples, then sizes of which one may be -1", sizes);
  }
  return std::make_unique<Reshape>(std::move(sizes));
}

MadeOperation makeTranspose(const OperationContext& context) {
  const Attributes attributes = context.attributes();
  const char* const key = !attributes.has("axes") && attributes.has("perm") ? "perm" : "axes";
  AXESCOPE_TRY(const auto given, attributes.get<std::vector<std::int64_t>>(key));
  std::vector<std::int64_t> sorted = given;
  std::sort(sorted.begin(), sorted.end());
  std::vector<std::int64_t> all(given.size());
  std::iota(all.begin(), all.end(), 0);
  if (given.empty() || sorted != all || given.front() != 0) {
    return badList(key, "a permutation of the axes that starts with 0", given);
  }
  return std::make_unique<Transpose>(std::vector<std::size_t>(given.begin(), given.end()));
}

MadeOperation makeSlice(const OperationContext& context) {
  const Attributes attributes = context.attributes();
  AXESCOPE_TRY(const auto axis, attributes.get<std::int64_t>("axis"));
  AXESCOPE_TRY(const auto start, attributes.get<std::int64_t>("start", 0));
  std::optional<std::int64_t> stop;
  if (attributes.has("stop")) {
    AXESCOPE_TRY(stop, attributes.get<std::int64_t>("stop"));
  }
  AXESCOPE_TRY(const auto step, attributes.get<std::int64_t>("step", 1));
  if (step < 1) {
    return fail(ErrorCode::wrongShape, {}, Attributes::objectName("step"), "an integer of at least 1",
                fmt::format("{}", step));
  }
  return std::make_unique<Slice>(axis, start, stop, step);
}

MadeOperation makePad(const OperationContext& context) {
  const Attributes attributes = context.attributes();
  AXESCOPE_TRY(auto before, attributes.get<std::vector<std::int64_t>>("before"));
  AXESCOPE_TRY(auto after, attributes.get<std::vector<std::int64_t>>("after"));
  AXESCOPE_TRY(const auto value, attributes.get<double>("value", 0.0));
  const auto isWidth = [](std::int64_t width) { return width >= 0 && width <= mostElementsPerSample; };
  for (const auto& [key, widths] : {std::pair{"before", &before}, std::pair{"after", &after}}) {
    if (widths->empty() || widths->front() != 0 || !std::all_of(widths->begin(), widths->end(), isWidth)) {
      return badList(key, "a width for each axis, 0 for the samples and none negative or above 2^31", *widths);
    }
  }
  if (before.size() != after.size()) return badList("after", "as many widths as before", after);
  return std::make_unique<Pad>(std::move(before), std::move(after), static_cast<float>(value));
}

MadeOperation makeConcat(const OperationContext& context) {
  AXESCOPE_TRY(const auto axis, context.attributes().get<std::int64_t>("axis"));
  return std::make_unique<Concat>(axis);
}

}  // namespace axescope
