// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linalg/hadamard.h"

#include <cassert>
#include <cmath>
#include <cstddef>

namespace axescope {

std::int64_t hadamardBlock(std::int64_t size) {
  return size & -size;
}

void rotateByHadamard(std::span<float> values, std::int64_t block) {
  const auto size = static_cast<std::size_t>(block);
  assert(block > 0 && (block & (block - 1)) == 0 && values.size() % size == 0);
  const auto norm = static_cast<float>(1.0 / std::sqrt(static_cast<double>(block)));
  for (std::size_t begin = 0; begin < values.size(); begin += size) {
    float* const run = values.data() + begin;
    for (std::size_t half = 1; half < size; half *= 2) {
      for (std::size_t first = 0; first < size; first += 2 * half) {
        for (std::size_t i = first; i < first + half; ++i) {
          const float a = run[i];
          const float b = run[i + half];
          run[i] = a + b;
          run[i + half] = a - b;
        }
      }
    }
    for (std::size_t i = 0; i < size; ++i) run[i] *= norm;
  }
}

}  // namespace axescope
