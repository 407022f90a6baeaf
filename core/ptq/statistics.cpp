// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/statistics.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "core/base/parallel.h"
#include "core/linalg/product.h"
#include "core/ptq/layer_error.h"

namespace axescope {

namespace {

constexpr std::int64_t batchRows = 1024;
constexpr std::size_t readColumnsAtOnce = 128;
constexpr std::int64_t panelChannels = 64;

using WordMatrix = Eigen::Matrix<std::int32_t, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

// Rows of a product for one thread: as many as keep its other operand from being packed too often, and pieces enough
// for many threads.
std::int64_t panelColumns(std::int64_t k) {
  constexpr std::int64_t wide = 1024;
  return k >= wide ? 256 : 64;
}

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

// The same of integers with themselves.
template <class Bytes>
void addPanel(const Bytes& a, std::int64_t first, std::int64_t last, MatrixD& sum) {
  const std::int64_t width = a.cols() - first;
  WordMatrix panel(last - first, width);
  multiply(IntegerProduct{.transposeA = Transpose::yes,
                          .m = last - first,
                          .n = width,
                          .k = a.rows(),
                          .a = a.data() + first,
                          .signedA = true,
                          .lda = a.cols(),
                          .b = a.data() + first,
                          .ldb = a.cols(),
                          .c = panel.data(),
                          .ldc = width});
  sum.block(first, first, last - first, width) += panel.cast<double>();
}

}  // namespace

StatisticsAccumulator::StatisticsAccumulator(MatrixF weight, const ActivationQuantizer& quantizer)
    : weight_(std::move(weight)), quantizer_(quantizer) {
  constexpr int byteBits = 8;
  asBytes_ = quantizer.bits <= byteBits && integerKernelsAreExact();
  const IntegerRange range = quantizer.range();
  middle_ = (range.low + range.high + 1) / 2;
  makeSums();
}

// Values are codes of scale 1 around 0.
StatisticsAccumulator::StatisticsAccumulator(MatrixF weight) : weight_(std::move(weight)), middle_(0), asBytes_(false) {
  makeSums();
}

void StatisticsAccumulator::makeSums() {
  const Eigen::Index k = weight_.cols();
  // Memory is the threads' from the first touch on: filling it alone would take as long as a tenth of the products.
  for (MatrixD* products : {&centredProducts_, &noiseProducts_}) {
    products->resize(k, k);
    parallelPieces(k, panelChannels,
                   [&](std::int64_t first, std::int64_t rows) { products->middleRows(first, rows).setZero(); });
  }
  centredSums_ = VectorD::Zero(k);
  noiseSums_ = VectorD::Zero(k);
  energies_.assign(static_cast<std::size_t>(k), 0);
  valueEnergies_.assign(static_cast<std::size_t>(k), 0.0);
  noiseEnergy_.assign(static_cast<std::size_t>(weight_.rows()), 0.0);
}

void StatisticsAccumulator::add(const float* x, std::int64_t xStride, const std::int16_t* codes,
                                std::int64_t codeStride, std::int64_t rows) {
  addBatches(x, xStride, codes, codeStride, rows);
}

void StatisticsAccumulator::add(const float* x, std::int64_t xStride, const float* quantized,
                                std::int64_t quantizedStride, std::int64_t rows) {
  addBatches(x, xStride, quantized, quantizedStride, rows);
}

template <class Value>
void StatisticsAccumulator::addBatches(const float* x, std::int64_t xStride, const Value* codes,
                                       std::int64_t codeStride, std::int64_t rows) {
  for (std::int64_t first = 0; first < rows; first += batchRows) {
    addBatch(x + first * xStride, xStride, codes + first * codeStride, codeStride, std::min(batchRows, rows - first));
  }
  samples_ += rows;
}

template <class Value>
void StatisticsAccumulator::addBatch(const float* x, std::int64_t xStride, const Value* codes, std::int64_t codeStride,
                                     std::int64_t rows) {
  const std::int64_t k = weight_.cols();
  batch_.centred.resize(rows, k);
  batch_.noise.resize(rows, k);
  batch_.bytes.resize(asBytes_ ? rows : 0, k);
  parallelPieces(k, readColumnsAtOnce, [&](std::int64_t first, std::int64_t columns) {
    readColumns(x, xStride, codes, codeStride, first, first + columns);
  });
  const std::int64_t width = panelColumns(k);
  const std::int64_t panels = (k + width - 1) / width;
  parallelFor(static_cast<std::size_t>(2 * panels), [&](std::size_t piece) {
    const std::int64_t first = static_cast<std::int64_t>(piece / 2) * width;
    const std::int64_t last = std::min(k, first + width);
    if (piece % 2 == 0) {
      addPanel(batch_.noise, batch_.centred, first, last, 0, noiseProducts_);
    } else if (asBytes_) {
      addPanel(batch_.bytes, first, last, centredProducts_);
    } else {
      addPanel(batch_.centred, batch_.centred, first, last, first, centredProducts_);
    }
  });
  addNoiseEnergy();
}

template <class Value>
void StatisticsAccumulator::readColumns(const float* x, std::int64_t xStride, const Value* codes,
                                        std::int64_t codeStride, std::int64_t first, std::int64_t last) {
  // Of at most 1024 codes of 16 bits: exact in float64. Arrays of their own, which compilers know to be apart.
  std::array<double, readColumnsAtOnce> energies{};
  std::array<double, readColumnsAtOnce> centredSums{};
  std::array<double, readColumnsAtOnce> noiseSums{};
  const auto width = static_cast<std::size_t>(last - first);
  const auto middle = static_cast<double>(middle_);
  const auto zeroPoint = static_cast<double>(quantizer_.zeroPoint);
  const double scale = quantizer_.scale;
  for (std::int64_t row = 0; row < batch_.centred.rows(); ++row) {
    const float* const values = x + row * xStride + first;
    const Value* const rowCodes = codes + row * codeStride + first;
    float* const centred = &batch_.centred(row, first);
    float* const noise = &batch_.noise(row, first);
    for (std::size_t i = 0; i < width; ++i) {
      const auto code = static_cast<double>(rowCodes[i]);
      const double steps = code - zeroPoint;
      const double shifted = code - middle;
      const auto rest = static_cast<float>(static_cast<double>(values[i]) - scale * steps);
      centred[i] = static_cast<float>(shifted);
      noise[i] = rest;
      energies[i] += steps * steps;
      centredSums[i] += shifted;
      noiseSums[i] += static_cast<double>(rest);
    }
    if constexpr (std::is_integral_v<Value>) {
      if (!asBytes_) continue;
      std::int8_t* const bytes = &batch_.bytes(row, first);
      const auto wordMiddle = static_cast<std::int16_t>(middle_);
      for (std::size_t i = 0; i < width; ++i) bytes[i] = static_cast<std::int8_t>(rowCodes[i] - wordMiddle);
    }
  }
  for (std::size_t i = 0; i < width; ++i) {
    const Eigen::Index column = first + static_cast<Eigen::Index>(i);
    if constexpr (std::is_integral_v<Value>) {
      energies_[static_cast<std::size_t>(column)] += static_cast<std::int64_t>(energies[i]);
    } else {
      valueEnergies_[static_cast<std::size_t>(column)] += energies[i];
    }
    centredSums_[column] += centredSums[i];
    noiseSums_[column] += noiseSums[i];
  }
}

void StatisticsAccumulator::addNoiseEnergy() {
  const MatrixF& noise = batch_.noise;
  parallelPieces(weight_.rows(), panelChannels, [&](std::int64_t first, std::int64_t rows) {
    MatrixF outputs(rows, noise.rows());
    multiply(FloatProduct{.transposeB = Transpose::yes,
                          .m = rows,
                          .n = noise.rows(),
                          .k = weight_.cols(),
                          .a = weight_.data() + first * weight_.cols(),
                          .lda = weight_.cols(),
                          .b = noise.data(),
                          .ldb = noise.cols(),
                          .c = outputs.data(),
                          .ldc = outputs.cols()});
    for (std::int64_t channel = first; channel < first + rows; ++channel) {
      noiseEnergy_[static_cast<std::size_t>(channel)] += outputs.row(channel - first).cast<double>().squaredNorm();
    }
  });
}

double StatisticsAccumulator::energy(Eigen::Index input) const {
  const auto i = static_cast<std::size_t>(input);
  return static_cast<double>(energies_[i]) + valueEnergies_[i];  // one of them is 0
}

// S and its spread from sums over centred codes: x_int − z = c + offset, so every sum over X̃ follows from sums over c.
void StatisticsAccumulator::fillSquares(InputStatistics& statistics) const {
  MatrixD& s = statistics.s;
  MatrixF& spread = statistics.spread;
  const VectorD& sums = statistics.sums;
  const Eigen::Index k = s.rows();
  spread.resize(k, k);
  const double share = samples_ > 0 ? 1.0 / static_cast<double>(samples_) : 0.0;
  const auto offset = static_cast<double>(middle_ - quantizer_.zeroPoint);
  const auto count = static_cast<double>(samples_);
  const double square = quantizer_.scale * quantizer_.scale;
  const Eigen::ArrayXd alive =
      Eigen::ArrayXd::NullaryExpr(k, [&](Eigen::Index i) { return energy(i) == 0.0 ? 0.0 : 1.0; });
  parallelPieces(k, panelChannels, [&](std::int64_t first, std::int64_t rows) {
    for (std::int64_t i = first; i < first + rows; ++i) {
      for (std::int64_t j = i; j < k; ++j) {
        const double integer = s(i, j) + offset * (centredSums_[i] + centredSums_[j]) + count * offset * offset;
        s(i, j) = alive[i] * alive[j] * (square * integer);
      }
      s(i, i) = square * energy(i);
      const Eigen::Index rest = k - i;
      spread.row(i).tail(rest) = (s.row(i).tail(rest) - (share * sums[i]) * sums.tail(rest).transpose()).cast<float>();
    }
  });
  // The lower half in square pieces, so that both sides stay in the cache.
  parallelPieces(k, panelChannels, [&](std::int64_t first, std::int64_t rows) {
    const std::int64_t last = first + rows;
    for (std::int64_t from = 0; from < last; from += panelChannels) {
      for (std::int64_t i = first; i < last; ++i) {
        for (std::int64_t j = from; j < std::min(i, from + panelChannels); ++j) {
          s(i, j) = s(j, i);
          spread(i, j) = spread(j, i);
        }
      }
    }
  });
}

InputStatistics StatisticsAccumulator::finish() {
  const auto offset = static_cast<double>(middle_ - quantizer_.zeroPoint);
  const Eigen::Index k = weight_.cols();
  batch_ = {};
  InputStatistics statistics;
  statistics.samples = samples_;
  statistics.sums = (quantizer_.scale * (centredSums_.array() + static_cast<double>(samples_) * offset)).matrix();
  statistics.s = std::move(centredProducts_);
  statistics.noiseSums = noiseSums_;
  fillSquares(statistics);
  statistics.shift = std::move(noiseProducts_);
  MatrixF shift(k, k);
  parallelPieces(k, panelChannels, [&](std::int64_t first, std::int64_t rows) {
    for (std::int64_t j = first; j < first + rows; ++j) {
      auto row = statistics.shift.row(j);
      row = quantizer_.scale * (row.array() + offset * noiseSums_[j]);
      for (Eigen::Index i = 0; i < k; ++i) row[i] = energy(i) == 0.0 ? 0.0 : row[i];
      shift.row(j) = row.cast<float>();
    }
  });
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
  statistics.targetShift.resize(weight_.rows(), k);
  parallelPieces(weight_.rows(), panelChannels, [&](std::int64_t first, std::int64_t rows) {
    statistics.targetShift.middleRows(first, rows) = target.middleRows(first, rows).cast<double>();
  });
  statistics.noiseEnergy = std::move(noiseEnergy_);
  // ‖wX‖² is the error of codes that are all zero.
  const CodeMatrix nothing = CodeMatrix::Zero(weight_.rows(), k);
  const std::vector<double> ones(static_cast<std::size_t>(weight_.rows()), 1.0);
  statistics.outputEnergy = outputErrorEnergy(statistics, weight_, nothing, ones, {0, weight_.rows()});
  return statistics;
}

}  // namespace axescope
