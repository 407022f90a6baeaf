// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/magr.h"

#include <algorithm>
#include <cmath>
#include <span>

#include "core/base/parallel.h"
#include "core/budget/l1_projection.h"
#include "core/linalg/largest_eigenvalue.h"
#include "core/ptq/layer_error.h"

namespace axescope {

namespace {

constexpr std::int64_t panelRows = 64;

// The proximal step of radius·‖·‖_∞: what the projection onto the ℓ₁ ball leaves (Moreau), which cuts all magnitudes
// off at the projection's threshold.
void shrinkLargest(std::span<double> row, double radius) {
  const double most = softThreshold(row, radius);
  for (double& value : row) value = std::clamp(value, -most, most);
}

}  // namespace

Result<MatrixF> reduceMagnitudes(const MatrixF& weight, const InputStatistics& statistics, double alpha,
                                 const Job& job) {
  const double largest = largestEigenvalue(statistics.s);
  if (!(largest > 0.0)) return weight;
  MatrixF reduced(weight.rows(), weight.cols());
  parallelPieces(weight.rows(), panelRows, [&](std::int64_t first, std::int64_t rows) {
    const MatrixD given = weight.middleRows(first, rows).cast<double>();
    MatrixD now = given;
    for (int iteration = 0; iteration < magrIterations && !job.stopped(); ++iteration) {
      now -= timesSquares(statistics, now - given) / largest;
      for (Eigen::Index row = 0; row < rows; ++row) {
        shrinkLargest({&now(row, 0), static_cast<std::size_t>(now.cols())},
                      alpha * given.row(row).cwiseAbs().maxCoeff());
      }
    }
    reduced.middleRows(first, rows) = now.cast<float>();
  });
  AXESCOPE_CHECK(job.check());
  return reduced;
}

}  // namespace axescope
