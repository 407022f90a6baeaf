// SPDX-License-Identifier: GPL-3.0-or-later
// Walking arrays whose axes lie anywhere in memory: what transposing, slicing, padding and broadcasting share.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "core/network/shape.h"

namespace axescope {

/// Strides of a dense value seen with a larger shape that it is broadcast to: an axis of size 1 stands still.
inline Shape broadcastStrides(const Shape& shape) {
  Shape strides = denseStrides(shape);
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    if (shape[axis] == 1) strides[axis] = 0;
  }
  return strides;
}

/// Calls body(offsets) once for each row along the last axis of `shape`; offsets[i] is the row's first element in
/// the array with strides[i]. All axes have at least one element.
template <std::size_t arrays, class Body>
void forEachRow(const Shape& shape, const std::array<Shape, arrays>& strides, const Body& body) {
  std::array<std::int64_t, arrays> offsets{};
  if (shape.size() < 2) {
    body(offsets);
    return;
  }
  Shape index(shape.size() - 1, 0);
  while (true) {
    body(offsets);
    std::size_t axis = index.size();
    while (true) {
      if (axis == 0) return;
      --axis;
      for (std::size_t i = 0; i < arrays; ++i) offsets[i] += strides[i][axis];
      if (++index[axis] < shape[axis]) break;
      for (std::size_t i = 0; i < arrays; ++i) offsets[i] -= strides[i][axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

/// target[index · targetStrides] = source[index · sourceStrides] for every index of `shape`.
inline void copyStrided(const Shape& shape, const float* source, const Shape& sourceStrides, float* target,
                        const Shape& targetStrides) {
  const std::int64_t count = shape.back();
  const std::int64_t sourceStep = sourceStrides.back();
  const std::int64_t targetStep = targetStrides.back();
  forEachRow<2>(shape, {sourceStrides, targetStrides}, [&](const std::array<std::int64_t, 2>& offsets) {
    const float* from = source + offsets[0];
    float* to = target + offsets[1];
    if (sourceStep == 1 && targetStep == 1) {
      std::copy_n(from, count, to);
    } else {
      for (std::int64_t i = 0; i < count; ++i) to[i * targetStep] = from[i * sourceStep];
    }
  });
}

}  // namespace axescope
