// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <span>

namespace axescope {

/// Whether it names each of 0 … size − 1 once.
bool isPermutation(std::span<const std::int64_t> order);

/// Rows of order.size() features, each `length` neighbouring values: feature i of a row of `to` is feature order[i] of
/// the same row of `from`. Both have the same whole number of rows and share no memory.
void reorderFeatures(std::span<const float> from, std::span<const std::int64_t> order, std::int64_t length,
                     std::span<float> to);

}  // namespace axescope
