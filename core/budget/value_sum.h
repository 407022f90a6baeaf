// SPDX-License-Identifier: GPL-3.0-or-later
// The inner loop of the ℓ₁ projection, in the machine's vectors.
#pragma once

#include <span>

namespace axescope {

struct ValueSum {
  double sum = 0.0;
  double count = 0.0;
};

/// Sum and number of the values above a threshold. Sixteen sums side by side on every processor: the same bits
/// everywhere.
ValueSum sumAbove(std::span<const double> values, double threshold);

}  // namespace axescope
