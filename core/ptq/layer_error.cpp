// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/layer_error.h"

#include <algorithm>

#include "core/linalg/product.h"

namespace axescope {

namespace {

MatrixD difference(const MatrixF& weight, const CodeMatrix& codes, std::span<const double> scales) {
  MatrixD result = weight.cast<double>();
  for (Eigen::Index row = 0; row < result.rows(); ++row) {
    result.row(row) -= scales[static_cast<std::size_t>(row)] * codes.row(row).cast<double>();
  }
  return result;
}

}  // namespace

std::vector<double> errorEnergy(const MatrixF& weight, const CodeMatrix& codes, std::span<const double> scales,
                                const InputStatistics& statistics) {
  const MatrixD d = difference(weight, codes, scales);
  const MatrixF narrow = d.cast<float>();
  const MatrixF s = statistics.s.cast<float>();
  MatrixF product(d.rows(), d.cols());
  multiplyParallel(FloatProduct{.m = d.rows(),
                                .n = d.cols(),
                                .k = d.cols(),
                                .a = narrow.data(),
                                .lda = d.cols(),
                                .b = s.data(),
                                .ldb = d.cols(),
                                .c = product.data(),
                                .ldc = d.cols()});
  std::vector<double> energy(static_cast<std::size_t>(d.rows()));
  const Eigen::Index channels = statistics.targetShift.rows();
  for (Eigen::Index row = 0; row < d.rows(); ++row) {
    const Eigen::Index channel = row % channels;
    const double quadratic = product.row(row).cast<double>().dot(d.row(row));
    const double cross = d.row(row).dot(statistics.targetShift.row(channel));
    energy[static_cast<std::size_t>(row)] =
        std::max(0.0, quadratic + 2.0 * cross + statistics.noiseEnergy[static_cast<std::size_t>(channel)]);
  }
  return energy;
}

std::vector<double> weightErrorEnergy(const MatrixF& weight, const CodeMatrix& codes, std::span<const double> scales) {
  const MatrixD d = difference(weight, codes, scales);
  std::vector<double> energy(static_cast<std::size_t>(d.rows()));
  for (Eigen::Index row = 0; row < d.rows(); ++row) energy[static_cast<std::size_t>(row)] = d.row(row).squaredNorm();
  return energy;
}

}  // namespace axescope
