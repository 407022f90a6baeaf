// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/statistics.h"

#include <algorithm>
#include <utility>

#include "core/base/parallel.h"
#include "core/linalg/product.h"

namespace axescope {

namespace {

constexpr std::int64_t batchRows = 1024;
constexpr std::int64_t panelColumns = 128;

// Adds rows [first, last) of Aᵀ B, from column firstColumn on, to the float64 sum.
void addPanel(const MatrixF& a, const MatrixF& b, std::int64_t first, std::int64_t last, std::int64_t firstColumn,
              MatrixD& sum) {
  const std::int64_t width = b.cols() - firstColumn;
  MatrixF panel(last - first, width);
  multiply(FloatProduct{.transposeA = Transpose::yes,
                        .m = last - first,
                        .n = width,
                        .k = a.rows(),
                        .a = a.data() + first,
                        .lda = a.cols(),
                        .b = b.data() + firstColumn,
                        .ldb = b.cols(),
                        .c = panel.data(),
                        .ldc = width});
  sum.block(first, firstColumn, last - first, width) += panel.cast<double>();
}

}  // namespace

StatisticsAccumulator::StatisticsAccumulator(MatrixF weight, const ActivationQuantizer& quantizer)
    : weight_(std::move(weight)), quantizer_(quantizer) {
  const IntegerRange range = quantizer.range();
  middle_ = (range.low + range.high + 1) / 2;
  const Eigen::Index k = weight_.cols();
  centredProducts_ = MatrixD::Zero(k, k);
  noiseProducts_ = MatrixD::Zero(k, k);
  centredSums_ = VectorD::Zero(k);
  noiseSums_ = VectorD::Zero(k);
  energies_.assign(static_cast<std::size_t>(k), 0);
  outputEnergy_.assign(static_cast<std::size_t>(weight_.rows()), 0.0);
  noiseEnergy_.assign(static_cast<std::size_t>(weight_.rows()), 0.0);
}

void StatisticsAccumulator::add(const float* x, std::int64_t xStride, const std::int16_t* codes,
                                std::int64_t codeStride, std::int64_t rows) {
  for (std::int64_t first = 0; first < rows; first += batchRows) {
    addBatch(x + first * xStride, xStride, codes + first * codeStride, codeStride, std::min(batchRows, rows - first));
  }
  samples_ += rows;
}

void StatisticsAccumulator::addBatch(const float* x, std::int64_t xStride, const std::int16_t* codes,
                                     std::int64_t codeStride, std::int64_t rows) {
  const std::int64_t k = weight_.cols();
  MatrixF centred(rows, k);
  MatrixF noise(rows, k);
  for (std::int64_t row = 0; row < rows; ++row) {
    const float* values = x + row * xStride;
    const std::int16_t* rowCodes = codes + row * codeStride;
    for (std::int64_t i = 0; i < k; ++i) {
      const std::int64_t code = rowCodes[i];
      const auto centredCode = static_cast<float>(code - middle_);
      centred(row, i) = centredCode;
      const std::int64_t steps = code - quantizer_.zeroPoint;
      energies_[static_cast<std::size_t>(i)] += steps * steps;
      const double quantized = quantizer_.scale * static_cast<double>(steps);
      const auto error = static_cast<float>(static_cast<double>(values[i]) - quantized);
      noise(row, i) = error;
      centredSums_[i] += static_cast<double>(centredCode);
      noiseSums_[i] += static_cast<double>(error);
    }
  }
  const std::int64_t panels = (k + panelColumns - 1) / panelColumns;
  parallelFor(static_cast<std::size_t>(2 * panels), [&](std::size_t piece) {
    const std::int64_t first = static_cast<std::int64_t>(piece / 2) * panelColumns;
    const std::int64_t last = std::min(k, first + panelColumns);
    if (piece % 2 == 0) {
      addPanel(centred, centred, first, last, first, centredProducts_);
    } else {
      addPanel(noise, centred, first, last, 0, noiseProducts_);
    }
  });
  MatrixF inputs(rows, k);
  for (std::int64_t row = 0; row < rows; ++row) std::copy_n(x + row * xStride, k, &inputs(row, 0));
  addEnergies(inputs, outputEnergy_);
  addEnergies(noise, noiseEnergy_);
}

void StatisticsAccumulator::addEnergies(const MatrixF& inputs, std::vector<double>& energy) const {
  MatrixF outputs(weight_.rows(), inputs.rows());
  multiplyParallel(FloatProduct{.transposeB = Transpose::yes,
                                .m = weight_.rows(),
                                .n = inputs.rows(),
                                .k = weight_.cols(),
                                .a = weight_.data(),
                                .lda = weight_.cols(),
                                .b = inputs.data(),
                                .ldb = inputs.cols(),
                                .c = outputs.data(),
                                .ldc = outputs.cols()});
  for (Eigen::Index channel = 0; channel < outputs.rows(); ++channel) {
    energy[static_cast<std::size_t>(channel)] += outputs.row(channel).cast<double>().squaredNorm();
  }
}

InputStatistics StatisticsAccumulator::finish() {
  // x_int − z = c + offset, so every sum over X̃ follows from sums over c.
  const auto offset = static_cast<double>(middle_ - quantizer_.zeroPoint);
  const double scale = quantizer_.scale;
  const auto count = static_cast<double>(samples_);
  const Eigen::Index k = weight_.cols();
  InputStatistics statistics;
  statistics.samples = samples_;
  statistics.sums = (scale * (centredSums_.array() + count * offset)).matrix();
  statistics.s = std::move(centredProducts_);
  for (Eigen::Index i = 0; i < k; ++i) {
    const bool dead = energies_[static_cast<std::size_t>(i)] == 0;
    for (Eigen::Index j = i; j < k; ++j) {
      const bool nothing = dead || energies_[static_cast<std::size_t>(j)] == 0;
      const double integer =
          i == j ? static_cast<double>(energies_[static_cast<std::size_t>(i)])
                 : statistics.s(i, j) + offset * (centredSums_[i] + centredSums_[j]) + count * offset * offset;
      statistics.s(i, j) = nothing ? 0.0 : scale * scale * integer;
      statistics.s(j, i) = statistics.s(i, j);
    }
  }
  statistics.shift = std::move(noiseProducts_);
  statistics.shift.colwise() += offset * noiseSums_;
  statistics.shift *= scale;
  for (Eigen::Index i = 0; i < k; ++i) {
    if (energies_[static_cast<std::size_t>(i)] == 0) statistics.shift.col(i).setZero();
  }
  const MatrixF shift = statistics.shift.cast<float>();
  MatrixF target(weight_.rows(), k);
  multiplyParallel(FloatProduct{.m = weight_.rows(),
                                .n = k,
                                .k = k,
                                .a = weight_.data(),
                                .lda = k,
                                .b = shift.data(),
                                .ldb = k,
                                .c = target.data(),
                                .ldc = k});
  statistics.targetShift = target.cast<double>();
  statistics.outputEnergy = std::move(outputEnergy_);
  statistics.noiseEnergy = std::move(noiseEnergy_);
  return statistics;
}

}  // namespace axescope
