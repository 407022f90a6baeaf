// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/base/error.h"
#include "core/linalg/matrix.h"

namespace axescope {

/// The upper-triangular R with H = R Rᵀ, from ONE Cholesky factorization of H with rows and columns reversed.
/// H is K×K, symmetric positive definite, float64; it is consumed. Fails with ErrorCode::numerical where a pivot
/// is not positive, with advice for the user (more samples, more damping); `object` names the layer in that error.
Result<MatrixD> upperFactor(MatrixD h, const std::string& object);

}  // namespace axescope
