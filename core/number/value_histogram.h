// SPDX-License-Identifier: GPL-3.0-or-later
// How often which values occur in a stream of any length and range.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace axescope {

/// Counts float32 values in bins of equal sign, exponent and leading twelve bits of the mantissa: 4,096 bins for each
/// power of two, no wider than 2^−12 of the value, whatever the range turns out to be. It needs no pass for the range
/// before, and no order of the values matters. 32 KiB for each power of two that occurs, at most 16 MiB. Values must be
/// finite.
class ValueHistogram {
 public:
  struct Bin {
    double value = 0.0;  // the middle of the bin; 0 where the bin holds 0
    std::int64_t count = 0;
  };

  void observe(std::span<const float> values);
  /// Bins that are not empty, in an order that depends on nothing but the values.
  std::vector<Bin> bins() const;
  /// The exact extremes; 0 without values.
  double least() const { return least_; }
  double greatest() const { return greatest_; }
  std::int64_t observed() const { return observed_; }

 private:
  static constexpr int binBits = 12;
  static constexpr std::size_t powers = 512;  // sign and exponent

  std::array<std::vector<std::int64_t>, powers> counts_;  // empty where no value has been
  float least_ = 0.0F;
  float greatest_ = 0.0F;
  std::int64_t observed_ = 0;
};

}  // namespace axescope
