// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/datapath/overflow_distribution.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <numeric>

namespace axescope {

namespace {

template <class Element, class Add>
void mergeInto(std::vector<Element>& sums, const std::vector<Element>& others, const Add& add) {
  if (others.empty()) return;
  if (sums.empty()) sums.resize(others.size());
  assert(sums.size() == others.size());
  for (std::size_t i = 0; i < others.size(); ++i) add(sums[i], others[i]);
}

}  // namespace

double TileMoments::mean(std::int64_t count) const {
  return static_cast<double>(sum) / static_cast<double>(count);
}

double TileMoments::variance(std::int64_t count) const {
  const double average = mean(count);
  return std::max(0.0, static_cast<double>(squares) / static_cast<double>(count) - average * average);
}

void OverflowDistribution::merge(const OverflowDistribution& other) {
  mergeInto(firstOverflows, other.firstOverflows, [](std::int64_t& sum, std::int64_t count) { sum += count; });
  mergeInto(tiles, other.tiles, [](TileMoments& sum, const TileMoments& moments) {
    sum.sum += moments.sum;
    sum.squares += moments.squares;
  });
}

std::int64_t OverflowDistribution::medianFirstOverflow() const {
  const std::int64_t total = std::accumulate(firstOverflows.begin(), firstOverflows.end(), std::int64_t{0});
  if (total == 0) return -1;
  std::int64_t position = 0;
  std::int64_t upToHere = firstOverflows.front();
  while (2 * upToHere < total) upToHere += firstOverflows[static_cast<std::size_t>(++position)];
  return position;
}

}  // namespace axescope
