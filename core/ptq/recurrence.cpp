// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/recurrence.h"

#include <algorithm>
#include <optional>

#include "core/base/parallel.h"
#include "core/linalg/product.h"
#include "core/number/weight_quantizer.h"

namespace axescope {

namespace {

constexpr std::int64_t panelRows = 64;
constexpr std::int64_t blockColumns = 64;

// Rows [first, first + rows) through all columns.
class Panel {
 public:
  Panel(const MatrixF& weight, std::span<const double> scales, const Feedback& feedback,
        const RecurrenceOptions& options, std::int64_t first, std::int64_t rows)
      : feedback_(feedback), options_(options), first_(first), rows_(rows), k_(feedback.k()) {
    MatrixD scaled = weight.middleRows(first, rows).cast<double>();
    for (std::int64_t row = 0; row < rows; ++row) scaled.row(row) /= scales[static_cast<std::size_t>(first + row)];
    if (options.axe != nullptr) constraint_.emplace(*options.axe, scaled);
    visited_.resize(rows, k_);
    for (std::int64_t row = 0; row < rows; ++row) {
      for (std::int64_t i = 0; i < k_; ++i) visited_(row, i) = scaled(row, feedback.order[static_cast<std::size_t>(i)]);
    }
    if (feedback.d.size() != 0) narrow_ = visited_.cast<float>();
    if (feedback.r.size() != 0) errors_.resize(rows, k_);
  }

  void run(CodeMatrix& codes) {
    for (std::int64_t begin = 0; begin < k_; begin += blockColumns) {
      const std::int64_t width = std::min(blockColumns, k_ - begin);
      MatrixD proposed = visited_.middleCols(begin, width);
      addFeedback(begin, width, proposed);
      for (std::int64_t i = 0; i < width; ++i) chooseColumn(begin + i, i, width, proposed, codes);
    }
  }

 private:
  // Everything earlier blocks and the target have to say about this block: products over all their columns.
  void addFeedback(std::int64_t begin, std::int64_t width, MatrixD& proposed) const {
    const bool hasEarlier = errors_.size() != 0 && begin > 0;
    if (!hasEarlier && narrow_.size() == 0) return;
    MatrixF sum(rows_, width);
    if (hasEarlier) {
      multiply(FloatProduct{.m = rows_,
                            .n = width,
                            .k = begin,
                            .a = errors_.data(),
                            .lda = k_,
                            .b = feedback_.r.data() + begin,
                            .ldb = k_,
                            .c = sum.data(),
                            .ldc = width});
    }
    if (narrow_.size() != 0) {
      multiply(FloatProduct{.m = rows_,
                            .n = width,
                            .k = k_,
                            .a = narrow_.data(),
                            .lda = k_,
                            .b = feedback_.d.data() + begin,
                            .ldb = k_,
                            .beta = hasEarlier ? 1.0F : 0.0F,
                            .c = sum.data(),
                            .ldc = width});
    }
    proposed += sum.cast<double>();
  }

  void chooseColumn(std::int64_t visit, std::int64_t i, std::int64_t width, MatrixD& proposed, CodeMatrix& codes) {
    const std::int64_t column = feedback_.order[static_cast<std::size_t>(visit)];
    const bool dead = feedback_.dead[static_cast<std::size_t>(visit)] != 0;
    const std::int64_t tile = constraint_ ? options_.axe->tiling.tileOf(column) : 0;
    for (std::int64_t row = 0; row < rows_; ++row) {
      const double value = proposed(row, i);
      double shaped = value;
      double code = 0.0;
      if (!dead) {
        if (constraint_) shaped = constraint_->shape(value, row, tile);
        code = std::clamp(roundHalfEven(shaped), static_cast<double>(options_.codes.low),
                          static_cast<double>(options_.codes.high));
        if (constraint_) constraint_->take(static_cast<std::int64_t>(code), row, tile);
      }
      codes(first_ + row, column) = static_cast<std::int16_t>(code);
      if (errors_.size() == 0) continue;
      double error = visited_(row, visit) - code;
      if (options_.errorReference == ErrorReference::shaped) error -= value - shaped;
      errors_(row, visit) = static_cast<float>(error);
      const float* coefficients = feedback_.r.data() + visit * k_ + (visit - i);
      double* row0 = &proposed(row, 0);
      for (std::int64_t j = i + 1; j < width; ++j) row0[j] += error * static_cast<double>(coefficients[j]);
    }
  }

  const Feedback& feedback_;
  const RecurrenceOptions& options_;
  std::int64_t first_;
  std::int64_t rows_;
  std::int64_t k_;
  std::optional<AxeConstraint> constraint_;
  MatrixD visited_;  // weights in units of the scale, visiting order
  MatrixF narrow_;   // the same in float32, for the product with D
  MatrixF errors_;   // e_j so far
};

}  // namespace

CodeMatrix quantizeGreedily(const MatrixF& weight, std::span<const double> scales, const Feedback& feedback,
                            const RecurrenceOptions& options) {
  CodeMatrix codes(weight.rows(), weight.cols());
  const std::int64_t panels = (weight.rows() + panelRows - 1) / panelRows;
  parallelFor(static_cast<std::size_t>(panels), [&](std::size_t index) {
    const std::int64_t first = static_cast<std::int64_t>(index) * panelRows;
    Panel(weight, scales, feedback, options, first, std::min(panelRows, weight.rows() - first)).run(codes);
  });
  return codes;
}

}  // namespace axescope
