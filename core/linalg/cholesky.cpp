// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linalg/cholesky.h"

#include <algorithm>

#include <Eigen/Cholesky>

namespace axescope {

Result<MatrixD> upperFactor(MatrixD h, const std::string& object) {
  using Index = Eigen::Index;
  const Index size = h.rows();
  // Reversing rows and columns of a row-major square matrix is reversing its memory.
  std::reverse(h.data(), h.data() + h.size());
  const Eigen::LLT<Eigen::Ref<MatrixD>, Eigen::Lower> factor(h);
  bool positive = factor.info() == Eigen::Success;
  for (Index i = 0; positive && i < size; ++i) positive = h(i, i) > 0.0 && std::isfinite(h(i, i));
  if (!positive) {
    return fail(ErrorCode::numerical, {}, object, "a positive definite matrix of input products",
                "one that is singular; use more calibration samples or a larger --damping");
  }
  h.triangularView<Eigen::StrictlyUpper>().setZero();
  // H reversed = L Lᵀ, so H = (J L J)(J L J)ᵀ, and J L J is upper triangular.
  std::reverse(h.data(), h.data() + h.size());
  return h;
}

}  // namespace axescope
