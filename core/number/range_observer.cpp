// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/range_observer.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

#include "core/number/weight_quantizer.h"

namespace axescope {

namespace {

constexpr int coarseSteps = 32;
constexpr double coarseStep = 0.25;  // in powers of two
constexpr std::array fineSteps{1.0 / 8, 1.0 / 16, 1.0 / 32};
constexpr int mostRounds = 16;

double squaredError(const std::vector<ValueHistogram::Bin>& bins, const ActivationQuantizer& quantizer) {
  const auto zero = static_cast<double>(quantizer.zeroPoint);
  const double low = static_cast<double>(quantizer.range().low) - zero;
  const double high = static_cast<double>(quantizer.range().high) - zero;
  const double inverse = 1.0 / quantizer.scale;
  double sum = 0.0;
  for (const ValueHistogram::Bin& bin : bins) {
    const double steps = roundHalfEven(std::clamp(bin.value * inverse, low, high));
    const double error = bin.value - quantizer.scale * steps;
    sum += static_cast<double>(bin.count) * error * error;
  }
  return sum;
}

// How far the ends are drawn in, as powers of two.
struct Shrinkage {
  double low = 0.0;
  double high = 0.0;
};

class RangeSearch {
 public:
  RangeSearch(const ValueHistogram& values, int bits, ActivationEncoding encoding)
      : bins_(values.bins()), least_(values.least()), greatest_(values.greatest()), bits_(bits), encoding_(encoding) {
    leastError_ = squaredError(bins_, quantizer({}));
  }

  ActivationQuantizer run() {
    for (int step = 1; step <= coarseSteps; ++step) tryOut({step * coarseStep, step * coarseStep});
    const bool symmetric =
        encoding_ == ActivationEncoding::signedSymmetric || encoding_ == ActivationEncoding::unsignedSymmetric;
    const bool twoEnds = !symmetric && least_ < 0.0 && greatest_ > 0.0;
    if (twoEnds) repeat([&] { return coarseEnds(); });
    for (const double step : fineSteps) {
      repeat([&] { return twoEnds ? fineEnds(step) : fineBoth(step); });
    }
    return quantizer(best_);
  }

 private:
  template <class Round>
  static void repeat(const Round& round) {
    for (int rounds = 0; rounds < mostRounds && round(); ++rounds) {
    }
  }

  ActivationQuantizer quantizer(Shrinkage s) const {
    return activationQuantizer(least_ * std::exp2(-s.low), greatest_ * std::exp2(-s.high), bits_, encoding_);
  }

  bool tryOut(Shrinkage s) {
    if (s.low < 0.0 || s.high < 0.0) return false;
    const double error = squaredError(bins_, quantizer(s));
    if (!(error < leastError_)) return false;
    leastError_ = error;
    best_ = s;
    return true;
  }

  bool coarseEnds() {
    bool better = false;
    for (int step = 0; step <= coarseSteps; ++step) better |= tryOut({step * coarseStep, best_.high});
    for (int step = 0; step <= coarseSteps; ++step) better |= tryOut({best_.low, step * coarseStep});
    return better;
  }

  bool fineBoth(double step) {
    const Shrinkage at = best_;
    bool better = tryOut({at.low + step, at.high + step});
    better |= tryOut({at.low - step, at.high - step});
    return better;
  }

  bool fineEnds(double step) {
    bool better = false;
    for (const double by : {step, -step}) {
      better |= tryOut({best_.low + by, best_.high});
      better |= tryOut({best_.low, best_.high + by});
    }
    return better;
  }

  std::vector<ValueHistogram::Bin> bins_;
  double least_;
  double greatest_;
  int bits_;
  ActivationEncoding encoding_;
  Shrinkage best_;
  double leastError_;
};

}  // namespace

ActivationQuantizer leastErrorQuantizer(const ValueHistogram& values, int bits, ActivationEncoding encoding) {
  return RangeSearch(values, bits, encoding).run();
}

RangeObserver::RangeObserver(ActivationRangeRule rule, double percentile, std::int64_t count)
    : values_(std::in_place_type<PercentileObserver>, percentile, count) {
  if (rule == ActivationRangeRule::mse) values_.emplace<ValueHistogram>();
}

void RangeObserver::observe(std::span<const float> values) {
  std::visit([&](auto& observer) { observer.observe(values); }, values_);
}

ActivationQuantizer RangeObserver::quantizer(int bits, ActivationEncoding encoding) const {
  if (const auto* histogram = std::get_if<ValueHistogram>(&values_)) {
    return leastErrorQuantizer(*histogram, bits, encoding);
  }
  const auto& tails = std::get<PercentileObserver>(values_);
  return activationQuantizer(tails.low(), tails.high(), bits, encoding);
}

}  // namespace axescope
