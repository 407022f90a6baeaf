// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/gaussian_tail.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

#include "core/number/integer_range.h"

namespace axescope {

double gaussianTail(double mean, double variance, double limit) {
  if (variance <= 0.0) return std::abs(mean) > limit ? 1.0 : 0.0;
  const double scale = 1.0 / (std::numbers::sqrt2 * std::sqrt(variance));
  // Q(z) = erfc(z/√2)/2 keeps its relative precision far out, where 1 − Φ(z) would be 0.
  return 0.5 * (std::erfc((limit - mean) * scale) + std::erfc((limit + mean) * scale));
}

double estimatedOverflow(const OverflowDistribution& distribution, std::int64_t dotProducts,
                         const Certificate& certificate, std::int64_t channel) {
  if (dotProducts == 0) return 0.0;
  const auto limit = static_cast<double>(accumulatorLimit(certificate.innerBits()));
  double logOfNone = 0.0;  // sums and expm1 keep probabilities that 1 − p would round away
  for (std::size_t t = 0; t < distribution.tiles.size(); ++t) {
    if (certificate.innerGuaranteed(channel, static_cast<std::int64_t>(t))) continue;
    const TileMoments& tile = distribution.tiles[t];
    const double tail = gaussianTail(tile.mean(dotProducts), tile.variance(dotProducts), limit);
    logOfNone += std::log1p(-std::min(tail, 1.0));
  }
  return -std::expm1(logOfNone);
}

}  // namespace axescope
