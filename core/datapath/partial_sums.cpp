// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/partial_sums.h"

#include <algorithm>
#include <numeric>

#include "core/datapath/accumulator.h"

namespace axescope {

namespace {

// Calls use(sum of one row's products up to each column, product, whether it is the tile's first).
template <class Use>
void eachAddition(const CodeMatrix& codes, std::int64_t firstChannel, std::int64_t channels,
                  const CodeMatrix& activations, const Tiling& tiling, std::int64_t tile, const Use& use) {
  for (std::int64_t channel = firstChannel; channel < firstChannel + channels; ++channel) {
    for (std::int64_t row = 0; row < activations.rows(); ++row) {
      std::int64_t sum = 0;
      for (std::int64_t k = tiling.begin(tile); k < tiling.end(tile); ++k) {
        const std::int64_t product = std::int64_t{codes(channel, k)} * std::int64_t{activations(row, k)};
        sum += product;
        use(sum, product, k == tiling.begin(tile));
      }
    }
  }
}

class Bins {
 public:
  Bins(IntegerRange range, int bins) : span_(static_cast<double>(range.high) - static_cast<double>(range.low) + 1.0) {
    histogram_.range = range;
    histogram_.counts.resize(static_cast<std::size_t>(std::max(1, bins)));
  }
  void add(std::int64_t value) {
    const double share = (static_cast<double>(value) - static_cast<double>(histogram_.range.low)) / span_;
    const auto bin = static_cast<std::size_t>(share * static_cast<double>(histogram_.counts.size()));
    ++histogram_.counts[std::min(bin, histogram_.counts.size() - 1)];
    histogram_.observed.low = any_ ? std::min(histogram_.observed.low, value) : value;
    histogram_.observed.high = any_ ? std::max(histogram_.observed.high, value) : value;
    any_ = true;
  }
  PartialSumHistogram take() { return std::move(histogram_); }

 private:
  PartialSumHistogram histogram_;
  double span_;
  bool any_ = false;
};

}  // namespace

std::int64_t PartialSumHistogram::total() const {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0});
}

PartialSums tilePartialSums(const CodeMatrix& codes, std::int64_t firstChannel, std::int64_t channels,
                            const CodeMatrix& activations, const Tiling& tiling, std::int64_t tile, int innerBits,
                            int bins) {
  const IntegerRange registerRange = twosComplement(innerBits);
  IntegerRange range = registerRange;
  eachAddition(codes, firstChannel, channels, activations, tiling, tile, [&](std::int64_t sum, std::int64_t, bool) {
    range.low = std::min(range.low, sum);
    range.high = std::max(range.high, sum);
  });
  Bins exact(range, bins);
  Bins wrapped(range, bins);
  Bins saturated(range, bins);
  PartialSums sums;
  std::int64_t wrapping = 0;
  std::int64_t saturating = 0;
  eachAddition(codes, firstChannel, channels, activations, tiling, tile,
               [&](std::int64_t sum, std::int64_t product, bool first) {
                 wrapping = wrapTo((first ? 0 : wrapping) + product, innerBits);
                 saturating = saturateTo((first ? 0 : saturating) + product, innerBits);
                 exact.add(sum);
                 wrapped.add(wrapping);
                 saturated.add(saturating);
                 if (!holds(registerRange, sum)) ++sums.outside;
               });
  sums.exact = exact.take();
  sums.wrapped = wrapped.take();
  sums.saturated = saturated.take();
  return sums;
}

}  // namespace axescope
