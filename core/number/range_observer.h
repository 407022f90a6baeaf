// SPDX-License-Identifier: GPL-3.0-or-later
// From the values of a calibration stream to a static activation quantizer.
#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include "core/number/activation_quantizer.h"
#include "core/number/percentile.h"
#include "core/number/value_histogram.h"

namespace axescope {

/// What of the observed values the quantizer covers.
enum class ActivationRangeRule {
  percentile,  // between two percentiles; 100 is minimum to maximum
  mse,         // the range whose codes have the least mean squared error
};

/// Observes `count` values and makes the quantizer.
class RangeObserver {
 public:
  /// percentile in [50, 100], of no meaning for mse.
  RangeObserver(ActivationRangeRule rule, double percentile, std::int64_t count);
  void observe(std::span<const float> values);
  /// Meaningful once all values have been observed.
  ActivationQuantizer quantizer(int bits, ActivationEncoding encoding) const;

 private:
  std::variant<PercentileObserver, ValueHistogram> values_;
};

/// The quantizer with the least Σ count·(x − x̃)² over the histogram's bins that this search finds: from minimum and
/// maximum, both ends are shrunk by the same factor 2^(−i/4), i = 0 … 32, then, where codes have a zero point, each end
/// alone by these factors in turn while that helps, then all of it in steps of 2^(±1/8), 2^(±1/16) and 2^(±1/32). Never
/// worse than minimum to maximum. An end that is 0, as the lower one after a relu, stays 0. Rounding errors are those
/// of the bins' middles: above some ten bits steps are finer than bins, and the errors inside a bin are a sample.
ActivationQuantizer leastErrorQuantizer(const ValueHistogram& values, int bits, ActivationEncoding encoding);

}  // namespace axescope
