// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/linalg/matrix.h"

namespace axescope {

/// λ_max of a positive semidefinite matrix by power iteration, float64, from below; 0 for a matrix of zeros. Uses the
/// threads of the arena; the answer does not depend on their number.
double largestEigenvalue(const MatrixD& s);

}  // namespace axescope
