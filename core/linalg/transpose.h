// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace axescope {

/// to[column · toStride + row] = from[row · fromStride + column]: planes of an image become channels of its pixels, and
/// back. The two must not overlap.
void transpose(const std::uint8_t* from, std::int64_t rows, std::int64_t columns, std::int64_t fromStride,
               std::uint8_t* to, std::int64_t toStride);
void transpose(const std::int32_t* from, std::int64_t rows, std::int64_t columns, std::int64_t fromStride,
               std::int32_t* to, std::int64_t toStride);
void transpose(const float* from, std::int64_t rows, std::int64_t columns, std::int64_t fromStride, float* to,
               std::int64_t toStride);

}  // namespace axescope
