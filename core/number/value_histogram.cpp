// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/value_histogram.h"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cmath>
#include <limits>

namespace axescope {

namespace {

constexpr int mantissaBits = 23;

}  // namespace

void ValueHistogram::observe(std::span<const float> values) {
  static_assert(std::numeric_limits<float>::is_iec559);
  for (const float value : values) {
    assert(std::isfinite(value));
    const auto bits = std::bit_cast<std::uint32_t>(value);
    std::vector<std::int64_t>& counts = counts_[bits >> mantissaBits];
    if (counts.empty()) counts.resize(std::size_t{1} << binBits);
    ++counts[(bits >> (mantissaBits - binBits)) & ((1U << binBits) - 1U)];
  }
  if (values.empty()) return;
  const auto [least, greatest] = std::minmax_element(values.begin(), values.end());
  least_ = observed_ == 0 ? *least : std::min(least_, *least);
  greatest_ = observed_ == 0 ? *greatest : std::max(greatest_, *greatest);
  observed_ += static_cast<std::int64_t>(values.size());
}

std::vector<ValueHistogram::Bin> ValueHistogram::bins() const {
  constexpr std::uint32_t half = 1U << (mantissaBits - binBits - 1);
  std::vector<Bin> bins;
  for (std::uint32_t power = 0; power < powers; ++power) {
    for (std::uint32_t bin = 0; bin < counts_[power].size(); ++bin) {
      const std::int64_t count = counts_[power][bin];
      if (count == 0) continue;
      const std::uint32_t low = (power << mantissaBits) | (bin << (mantissaBits - binBits));
      const bool zero = (low << 1) == 0;  // +0 and −0
      bins.push_back({zero ? 0.0 : static_cast<double>(std::bit_cast<float>(low | half)), count});
    }
  }
  return bins;
}

}  // namespace axescope
