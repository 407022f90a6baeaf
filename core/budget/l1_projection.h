// SPDX-License-Identifier: GPL-3.0-or-later
// Euclidean projection onto the ℓ₁ ball (Duchi et al., ICML 2008), as A2Q+ and AXE use it.
#pragma once

#include <span>

namespace axescope {

/// λ ≥ 0 such that Σ max(|v_i| − λ, 0) = radius, or 0 when ‖v‖₁ ≤ radius already. A radius that is not positive, or
/// too small to change max|v| when subtracted, gives max|v|.
double softThreshold(std::span<const double> values, double radius);

/// sign(v)·max(|v| − λ, 0).
double shrink(double value, double lambda);

}  // namespace axescope
