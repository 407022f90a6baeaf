// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/shape.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace axescope {

std::string batchShapeText(const Shape& shape) {
  if (shape.empty()) return "[]";
  if (shape.size() == 1) return "[N]";
  return fmt::format("[N, {}]", fmt::join(shape.begin() + 1, shape.end(), ", "));
}

Result<Shape> checkedShape(Shape shape) {
  std::int64_t count = 1;
  for (std::size_t axis = 1; axis < shape.size(); ++axis) {
    if (shape[axis] < 1) {
      return fail(ErrorCode::empty, {}, {}, "at least one element on each axis", batchShapeText(shape));
    }
    if (shape[axis] > mostElementsPerSample / count) {
      return fail(ErrorCode::tooLarge, {}, {}, fmt::format("at most {} elements per sample", mostElementsPerSample),
                  batchShapeText(shape));
    }
    count *= shape[axis];
  }
  return shape;
}

Result<std::size_t> resolveAxis(std::int64_t axis, const Shape& shape) {
  const auto rank = static_cast<std::int64_t>(shape.size());
  const std::int64_t resolved = axis < 0 ? axis + rank : axis;
  if (resolved < 1 || resolved >= rank) {
    return fail(ErrorCode::wrongShape, {}, {}, "an axis of the input other than the samples'",
                fmt::format("axis {} of {}", axis, batchShapeText(shape)));
  }
  return static_cast<std::size_t>(resolved);
}

tl::unexpected<Error> shapeMismatch(std::string expected, const Shape& found) {
  return fail(ErrorCode::wrongShape, {}, {}, std::move(expected), batchShapeText(found));
}

std::int64_t elements(std::span<const std::int64_t> sizes) {
  return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{1}, std::multiplies<>());
}

Shape denseStrides(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (std::size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

void prepare(Tensor& tensor, const Shape& shape) {
  tensor.shape = shape;
  tensor.data.resize(static_cast<std::size_t>(elements(shape)));
}

}  // namespace axescope
