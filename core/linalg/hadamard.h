// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

namespace axescope {

/// Largest power of two that divides `size` (at least 1).
std::int64_t hadamardBlock(std::int64_t size);

/// Each run of `block` values, a power of two that divides their number, times the orthonormal Hadamard matrix of
/// Sylvester's order: the fast Walsh–Hadamard transform, block·log₂ block additions. Symmetric and its own inverse.
void rotateByHadamard(std::span<float> values, std::int64_t block);

}  // namespace axescope
