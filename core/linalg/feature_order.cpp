// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linalg/feature_order.h"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <vector>

namespace axescope {

bool isPermutation(std::span<const std::int64_t> order) {
  std::vector<bool> named(order.size(), false);
  for (const std::int64_t feature : order) {
    if (feature < 0 || feature >= static_cast<std::int64_t>(order.size())) return false;
    named[static_cast<std::size_t>(feature)] = true;
  }
  return std::ranges::all_of(named, [](bool once) { return once; });
}

void reorderFeatures(std::span<const float> from, std::span<const std::int64_t> order, std::int64_t length,
                     std::span<float> to) {
  const auto run = static_cast<std::size_t>(length);
  const std::size_t row = order.size() * run;
  assert(from.size() == to.size() && row > 0 && from.size() % row == 0);
  for (std::size_t first = 0; first < from.size(); first += row) {
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto source = from.subspan(first + static_cast<std::size_t>(order[i]) * run, run);
      std::ranges::copy(source, to.begin() + static_cast<std::ptrdiff_t>(first + i * run));
    }
  }
}

}  // namespace axescope
