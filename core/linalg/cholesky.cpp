// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linalg/cholesky.h"

#include <algorithm>
#include <cmath>

#include <Eigen/Dense>

#include "core/base/parallel.h"

namespace axescope {

namespace {

using Index = Eigen::Index;

// Columns factored before the rest is updated by one product, and rows of that product at a time.
constexpr Index blockColumns = 256;
constexpr Index panelRows = 128;

// Reverses the order of rows and of columns: for a row-major square matrix, that of its elements.
void turn(MatrixD& matrix) {
  std::reverse(matrix.data(), matrix.data() + matrix.size());
}

// The upper R of a small block D = R Rᵀ, in place: with J reversing the order, J D J = L Lᵀ and R = J L J.
bool factorBlock(Eigen::Ref<MatrixD> block) {
  MatrixD turned = block;
  turn(turned);
  const Eigen::LLT<Eigen::Ref<MatrixD>, Eigen::Lower> factor(turned);
  if (factor.info() != Eigen::Success) return false;
  const auto diagonal = turned.diagonal().array();
  if (!(diagonal > 0.0).all() || !diagonal.isFinite().all()) return false;
  turned.triangularView<Eigen::StrictlyUpper>().setZero();
  turn(turned);
  block = turned;
  return true;
}

}  // namespace

Result<MatrixD> upperFactor(MatrixD h, const std::string& object) {
  // From the last columns to the first, as the reversed matrix's Cholesky goes from the first to the last.
  for (Index end = h.rows(); end > 0;) {
    const Index width = (end - 1) % blockColumns + 1;
    const Index first = end - width;
    const auto block = h.block(first, first, width, width);
    if (!factorBlock(h.block(first, first, width, width))) {
      return fail(ErrorCode::numerical, {}, object, "a positive definite matrix of input products",
                  "one that is singular; use more calibration samples or a larger --damping");
    }
    parallelPieces(first, panelRows, [&](Index row, Index rows) {
      auto part = h.block(row, first, rows, width);
      block.triangularView<Eigen::Upper>().transpose().solveInPlace<Eigen::OnTheRight>(part);
    });
    parallelPieces(first, panelRows, [&](Index row, Index rows) {
      h.block(row, row, rows, first - row).noalias() -=
          h.block(row, first, rows, width) * h.block(row, first, first - row, width).transpose();
    });
    end = first;
  }
  parallelPieces(h.rows(), panelRows, [&](Index row, Index rows) {
    for (Index i = row; i < row + rows; ++i) h.row(i).head(i).setZero();
  });
  return h;
}

}  // namespace axescope
