// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/linalg/largest_eigenvalue.h"

#include <random>

#include "core/base/parallel.h"

namespace axescope {

namespace {

constexpr std::int64_t panelRows = 64;

}  // namespace

double largestEigenvalue(const MatrixD& s) {
  constexpr int mostSteps = 200;
  constexpr double enough = 1e-6;
  std::mt19937 random(1);  // any start but one without a share in the answer
  VectorD vector(s.rows());
  for (double& value : vector) value = 1.0 + static_cast<double>(random()) / static_cast<double>(std::mt19937::max());
  double value = 0.0;
  for (int step = 0; step < mostSteps; ++step) {
    vector.normalize();
    VectorD product(s.rows());
    parallelPieces(s.rows(), panelRows, [&](std::int64_t first, std::int64_t rows) {
      product.segment(first, rows).noalias() = s.middleRows(first, rows) * vector;
    });
    const double before = value;
    value = vector.dot(product);
    if (!(value > 0.0)) return 0.0;
    if (value - before <= enough * value) break;
    vector = product;
  }
  return value;
}

}  // namespace axescope
