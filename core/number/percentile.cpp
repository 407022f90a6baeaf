// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/percentile.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>

namespace axescope {

namespace {

double tailPosition(double percentile, std::int64_t count) {
  return (100.0 - percentile) / 100.0 * static_cast<double>(std::max<std::int64_t>(count - 1, 0));
}

// The heap's front is the largest of the kept values: the first to go.
void keepSmallest(std::vector<float>& heap, std::size_t most, float value) {
  if (heap.size() < most) {
    heap.push_back(value);
    std::push_heap(heap.begin(), heap.end());
  } else if (most > 0 && value < heap.front()) {
    std::pop_heap(heap.begin(), heap.end());
    heap.back() = value;
    std::push_heap(heap.begin(), heap.end());
  }
}

// Value at a fractional position of the values sorted upwards.
double interpolated(std::vector<float> values, double position) {
  if (values.empty()) return 0.0;
  const auto below = std::min(static_cast<std::size_t>(position), values.size() - 1);
  const auto split = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), split, values.end());
  const double weight = position - std::floor(position);
  if (weight == 0.0 || split + 1 == values.end()) return *split;
  const double above = *std::min_element(split + 1, values.end());
  return *split + weight * (above - *split);
}

}  // namespace

PercentileObserver::PercentileObserver(double percentile, std::int64_t count)
    : percentile_(percentile),
      count_(count),
      kept_(std::min(static_cast<std::size_t>(tailPosition(percentile, count)) + 2, static_cast<std::size_t>(count))) {
  assert(percentile >= 50.0 && percentile <= 100.0 && count >= 0);
}

void PercentileObserver::observe(std::span<const float> values) {
  for (const float value : values) {
    keepSmallest(smallest_, kept_, value);
    keepSmallest(negatedLargest_, kept_, -value);
  }
  observed_ += static_cast<std::int64_t>(values.size());
  assert(observed_ <= count_);
}

double PercentileObserver::low() const {
  return interpolated(smallest_, tailPosition(percentile_, count_));
}

double PercentileObserver::high() const {
  return -interpolated(negatedLargest_, tailPosition(percentile_, count_));
}

}  // namespace axescope
