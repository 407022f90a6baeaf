// SPDX-License-Identifier: GPL-3.0-or-later
// Exact percentiles of a stream whose length is known: only the tails are kept.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace axescope {

/// Observes `count` values and answers the low and high percentile exactly, with linear interpolation between
/// neighbours (index q/100·(count − 1), the usual definition). Memory is the tails' (100 − percentile) % of count.
class PercentileObserver {
 public:
  /// percentile in [50, 100]: high is that percentile, low is 100 − percentile. 100 keeps minimum and maximum.
  PercentileObserver(double percentile, std::int64_t count);
  void observe(std::span<const float> values);
  /// Meaningful once all `count` values have been observed; 0 when count is 0.
  double low() const;
  double high() const;
  std::int64_t observed() const { return observed_; }

 private:
  double percentile_;
  std::int64_t count_;
  std::int64_t observed_ = 0;
  std::size_t kept_;
  std::vector<float> smallest_;        // max-heap of the smallest values
  std::vector<float> negatedLargest_;  // the same of the values with their sign changed
};

}  // namespace axescope
