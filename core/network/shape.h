// SPDX-License-Identifier: GPL-3.0-or-later
// Shapes of values in a network. Axis 0 is always the sample and never changes its size or place.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/linalg/matrix.h"

namespace axescope {

using Shape = std::vector<std::int64_t>;

/// Most elements one value may have per sample, and most any single size in a graph may be.
inline constexpr std::int64_t mostElementsPerSample = std::int64_t{1} << 31;

/// "[N, 16, 32, 32]".
std::string batchShapeText(const Shape& shape);

/// The shape itself, when every axis has at least one element and a sample at most mostElementsPerSample.
/// Errors: empty, tooLarge.
Result<Shape> checkedShape(Shape shape);

/// Axis in [1, rank); negative axes count from the end. Errors: wrongShape (outside, or the sample axis).
Result<std::size_t> resolveAxis(std::int64_t axis, const Shape& shape);

/// Errors of a shape that does not fit an operation.
tl::unexpected<Error> shapeMismatch(std::string expected, const Shape& found);

/// Product of the sizes, 1 for none.
std::int64_t elements(std::span<const std::int64_t> sizes);

/// Elements between neighbours along each axis of a dense row-major array.
Shape denseStrides(const Shape& shape);

/// Gives the tensor this shape and storage for it; contents are unspecified.
void prepare(Tensor& tensor, const Shape& shape);

}  // namespace axescope
