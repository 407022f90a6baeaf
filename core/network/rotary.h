// SPDX-License-Identifier: GPL-3.0-or-later
// Rotary position embedding (RoFormer, arXiv 2104.09864): pairs of a head's features turn by an angle that grows with
// the position.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/error.h"
#include "core/network/attributes.h"

namespace axescope {

/// A node's "rope": {theta, dims, interleaved, frequencies}. Pair i turns by position · frequencies[i], by position ·
/// θ^(−2i/dims) where none are given. It is features 2i and 2i + 1 when interleaved, else i and i + dims/2; features
/// from dims on stay.
struct RotarySettings {
  double theta = 10000.0;
  std::optional<std::int64_t> dims;  // the whole head where absent
  bool interleaved = false;
  std::vector<double> frequencies;  // dims/2 or none

  /// Nothing without the attribute. Errors: wrongType, wrongShape.
  static Result<std::optional<RotarySettings>> read(const Attributes& attributes);
  std::int64_t dimsOf(std::int64_t headSize) const { return dims.value_or(headSize); }
  /// wrongShape unless dims fit a head of this size.
  Status check(std::int64_t headSize) const;
};

/// How positions 0 … length − 1 turn a head of this size, one that the settings fit.
class Rotary {
 public:
  Rotary(const RotarySettings& settings, std::int64_t headSize, std::int64_t length);
  /// Turns one head's features of a token, in place.
  void apply(std::int64_t position, float* features) const;

 private:
  std::int64_t pairs_;
  bool interleaved_;
  std::vector<float> cosines_;  // by position and pair
  std::vector<float> sines_;
};

}  // namespace axescope
