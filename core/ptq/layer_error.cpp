// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/layer_error.h"

#include <algorithm>

#include "core/base/parallel.h"
#include "core/linalg/product.h"

namespace axescope {

namespace {

constexpr std::int64_t panelRows = 64;

// w − q̂ of rows [first, first + rows).
MatrixD difference(const MatrixF& weight, const CodeMatrix& codes, std::span<const double> scales, std::int64_t first,
                   std::int64_t rows) {
  MatrixD result = weight.middleRows(first, rows).cast<double>();
  for (Eigen::Index row = 0; row < rows; ++row) {
    result.row(row) -= scales[static_cast<std::size_t>(first + row)] * codes.row(first + row).cast<double>();
  }
  return result;
}

// rows·(S − ΣΣᵀ/D) in float32.
MatrixF timesSpread(const InputStatistics& statistics, const MatrixD& rows) {
  const std::int64_t k = rows.cols();
  const MatrixF narrow = rows.cast<float>();
  MatrixF product(rows.rows(), k);
  multiply(FloatProduct{.m = rows.rows(),
                        .n = k,
                        .k = k,
                        .a = narrow.data(),
                        .lda = k,
                        .b = statistics.spread.data(),
                        .ldb = k,
                        .c = product.data(),
                        .ldc = k});
  return product;
}

double samplesOf(const InputStatistics& statistics) {
  return static_cast<double>(std::max<std::int64_t>(statistics.samples, 1));
}

}  // namespace

MatrixD timesSquares(const InputStatistics& statistics, const MatrixD& rows) {
  MatrixD product = timesSpread(statistics, rows).cast<double>();
  for (Eigen::Index row = 0; row < rows.rows(); ++row) {
    const double ofMeans = rows.row(row).dot(statistics.sums) / samplesOf(statistics);
    product.row(row) += ofMeans * statistics.sums.transpose();
  }
  return product;
}

std::vector<double> outputErrorEnergy(const InputStatistics& statistics, const MatrixF& weight, const CodeMatrix& codes,
                                      std::span<const double> scales, ChannelRows of) {
  std::vector<double> energy(static_cast<std::size_t>(weight.rows()));
  parallelPieces(weight.rows(), panelRows, [&](std::int64_t begin, std::int64_t rows) {
    const MatrixD d = difference(weight, codes, scales, begin, rows);
    const MatrixF product = timesSpread(statistics, d);
    for (Eigen::Index row = 0; row < rows; ++row) {
      const Eigen::Index channel = of.channelOf(begin + row);
      const double ofMeans = d.row(row).dot(statistics.sums);
      const double quadratic =
          product.row(row).cast<double>().dot(d.row(row)) + ofMeans * ofMeans / samplesOf(statistics);
      const double cross = d.row(row).dot(statistics.targetShift.row(channel));
      energy[static_cast<std::size_t>(begin + row)] =
          std::max(0.0, quadratic + 2.0 * cross + statistics.noiseEnergy[static_cast<std::size_t>(channel)]);
    }
  });
  return energy;
}

std::vector<double> weightErrorEnergy(const MatrixF& weight, const CodeMatrix& codes, std::span<const double> scales) {
  const MatrixD d = difference(weight, codes, scales, 0, weight.rows());
  std::vector<double> energy(static_cast<std::size_t>(d.rows()));
  for (Eigen::Index row = 0; row < d.rows(); ++row) energy[static_cast<std::size_t>(row)] = d.row(row).squaredNorm();
  return energy;
}

}  // namespace axescope
