// SPDX-License-Identifier: GPL-3.0-or-later
// How much arithmetic an operation does, whatever kind of numbers does it: what costs are counted from.
#pragma once

#include <cstdint>

namespace axescope {

/// Operations on single numbers. What is known before the network runs is folded first: an average multiplies once by
/// one over its count, a normalization of images multiplies and adds once for each element.
struct Work {
  std::int64_t products = 0;    // multiply-accumulates between two computed values: attention
  std::int64_t multiplies = 0;  // by a constant or a computed value
  std::int64_t adds = 0;        // and subtractions
  std::int64_t compares = 0;
  std::int64_t divides = 0;    // by a computed value
  std::int64_t functions = 0;  // exp, tanh, 1/√x and the like, or a whole activation function made of them
  std::int64_t lookups = 0;    // elements taken from a table

  friend bool operator==(const Work&, const Work&) = default;
};

}  // namespace axescope
