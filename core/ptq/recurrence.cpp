// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/recurrence.h"

#include <algorithm>
#include <optional>

#include "core/base/parallel.h"
#include "core/linalg/product.h"
#include "core/ptq/greedy_step.h"

namespace axescope {

namespace {

// Lanes of a panel: enough for products at full speed, few enough for many panels.
constexpr std::int64_t mostPanelLanes = 128;
// Columns whose feedback from all earlier ones comes in one product; inside, blocks of mostGreedyColumns.
constexpr std::int64_t segmentColumns = 512;

// Rows [firstRow, firstRow + rows) of one setting, in lanes [firstLane, firstLane + lanes) of a panel.
struct Strip {
  std::size_t setting = 0;
  std::int64_t firstRow = 0;
  std::int64_t rows = 0;
  std::int64_t firstLane = 0;
  std::int64_t lanes = 0;
};

std::vector<std::vector<Strip>> panelsOf(std::span<const RecurrenceRows> stack) {
  std::vector<std::vector<Strip>> panels;
  std::int64_t room = 0;
  for (std::size_t setting = 0; setting < stack.size(); ++setting) {
    for (std::int64_t row = 0; row < stack[setting].weight->rows();) {
      if (room == 0) {
        panels.emplace_back();
        room = mostPanelLanes;
      }
      const std::int64_t rows = std::min(room, stack[setting].weight->rows() - row);
      const std::int64_t lanes = (rows + greedyLanes - 1) / greedyLanes * greedyLanes;
      panels.back().push_back({setting, row, rows, mostPanelLanes - room, lanes});
      room -= lanes;
      row += rows;
    }
  }
  return panels;
}

// The channels of a panel through all columns. Everything is kept by visited column, channels side by side.
class Panel {
 public:
  Panel(std::span<const RecurrenceRows> stack, const Feedback& feedback, const std::vector<Strip>& strips,
        std::vector<CodeMatrix>& codes)
      : stack_(stack),
        feedback_(feedback),
        strips_(strips),
        codes_(codes),
        k_(feedback.k()),
        lanes_(strips.back().firstLane + strips.back().lanes) {
    weight_ = MatrixD::Zero(mostGreedyColumns, lanes_);
    chosen_.resize(k_, lanes_);
    if (feedback.r.size() != 0) errors_.resize(k_, lanes_);
    if (feedback.d.size() != 0) narrow_ = MatrixF::Zero(k_, lanes_);
    for (const Strip& strip : strips) startStrip(strip);
  }

  void run() {
    for (std::int64_t begin = 0; begin < k_; begin += segmentColumns)
      runSegment(begin, std::min(segmentColumns, k_ - begin));
    for (const Strip& strip : strips_) writeCodes(strip);
  }

 private:
  void startStrip(const Strip& strip) {
    const RecurrenceRows& rows = stack_[strip.setting];
    const AxeOptions* axe = rows.options.axe;
    axe_.push_back(axe != nullptr ? std::optional<AxeLanes>(std::in_place, *axe, strip.lanes) : std::nullopt);
    multipliers_.push_back(multipliersOf(strip));
    const bool needsThresholds = axe != nullptr && axe->soft;
    if (!needsThresholds && narrow_.size() == 0) return;
    VectorD scaled(k_);
    for (std::int64_t row = 0; row < strip.rows; ++row) {
      const double scale = rows.scales[static_cast<std::size_t>(strip.firstRow + row)];
      scaled = rows.weight->row(strip.firstRow + row).cast<double>().transpose() / scale;
      if (needsThresholds) setThresholds(strip, row, scaled);
      if (narrow_.size() == 0) continue;
      float* to = narrow_.data() + strip.firstLane + row;
      for (std::int64_t i = 0; i < k_; ++i) {
        to[i * lanes_] = static_cast<float>(scaled[feedback_.order[static_cast<std::size_t>(i)]]);
      }
    }
  }

  // Of λ the units are those of codes.
  void setThresholds(const Strip& strip, std::int64_t row, VectorD weights) {
    const TileMultipliers* multipliers = stack_[strip.setting].multipliers;
    const bool grouped = multipliers != nullptr && !multipliers->allOnes();
    for (std::int64_t k = 0; grouped && k < k_; ++k) {
      weights[k] /= static_cast<double>(multipliers->ofColumn(strip.firstRow + row, k));
    }
    axe_.back()->setThresholds(row, {weights.data(), static_cast<std::size_t>(k_)});
  }

  // [tiles×lanes], none where all are 1.
  std::vector<double> multipliersOf(const Strip& strip) const {
    const TileMultipliers* multipliers = stack_[strip.setting].multipliers;
    if (multipliers == nullptr || multipliers->allOnes()) return {};
    std::vector<double> lanes(static_cast<std::size_t>(multipliers->tiling().tiles() * strip.lanes), 1.0);
    for (std::int64_t tile = 0; tile < multipliers->tiling().tiles(); ++tile) {
      for (std::int64_t row = 0; row < strip.rows; ++row) {
        lanes[static_cast<std::size_t>(tile * strip.lanes + row)] =
            static_cast<double>(multipliers->ofTile(strip.firstRow + row, tile));
      }
    }
    return lanes;
  }

  void runSegment(std::int64_t begin, std::int64_t width) {
    const bool fedBack = errors_.size() != 0 || narrow_.size() != 0;
    if (fedBack) {
      fedBack_.setZero(width, lanes_);
      addProduct(feedback_.r, errors_, 0, begin, begin, width, fedBack_.data());
      addProduct(feedback_.d, narrow_, 0, feedback_.dIsUpper ? begin + width : k_, begin, width, fedBack_.data());
    }
    for (std::int64_t first = begin; first < begin + width; first += mostGreedyColumns) {
      const std::int64_t columns = std::min(mostGreedyColumns, begin + width - first);
      float* const sums = fedBack ? fedBack_.data() + (first - begin) * lanes_ : nullptr;
      addProduct(feedback_.r, errors_, begin, first, first, columns, sums);
      chooseBlock(first, columns, sums);
    }
  }

  // sums[width×lanes] += rows [from, to) of matrix, columns [column, column + width), times the same rows of values.
  void addProduct(const MatrixF& matrix, const MatrixF& values, std::int64_t from, std::int64_t to, std::int64_t column,
                  std::int64_t width, float* sums) const {
    if (values.size() == 0 || from == to) return;
    multiply(FloatProduct{.transposeA = Transpose::yes,
                          .m = width,
                          .n = lanes_,
                          .k = to - from,
                          .a = matrix.data() + from * k_ + column,
                          .lda = k_,
                          .b = values.data() + from * lanes_,
                          .ldb = lanes_,
                          .beta = 1.0F,
                          .c = sums,
                          .ldc = lanes_});
  }

  void chooseBlock(std::int64_t first, std::int64_t columns, const float* sums) {
    readWeights(first, columns);
    readCoefficients(first, columns);
    for (std::size_t index = 0; index < strips_.size(); ++index) {
      const Strip& strip = strips_[index];
      const RecurrenceOptions& options = stack_[strip.setting].options;
      tiles_.assign(static_cast<std::size_t>(columns), 0);
      const bool grouped = !multipliers_[index].empty();
      const Tiling* tiling = grouped                  ? &stack_[strip.setting].multipliers->tiling()
                             : options.axe != nullptr ? &options.axe->tiling
                                                      : nullptr;
      for (std::int64_t i = 0; tiling != nullptr && i < columns; ++i) {
        tiles_[static_cast<std::size_t>(i)] = tiling->tileOf(feedback_.order[static_cast<std::size_t>(first + i)]);
      }
      const std::int64_t at = first * lanes_ + strip.firstLane;
      chooseCodes({.columns = columns,
                   .lanes = strip.lanes,
                   .stride = lanes_,
                   .weight = weight_.data() + strip.firstLane,
                   .fedBack = sums != nullptr ? sums + strip.firstLane : nullptr,
                   .feedback = errors_.size() != 0 ? coefficients_.data() : nullptr,
                   .dead = std::span(feedback_.dead).subspan(static_cast<std::size_t>(first)),
                   .tiles = tiles_,
                   .multipliers = grouped ? multipliers_[index].data() : nullptr,
                   .codes = chosen_.data() + at,
                   .errors = errors_.size() != 0 ? errors_.data() + at : nullptr},
                  {options.codes, options.errorReference == ErrorReference::shaped},
                  axe_[index] ? &*axe_[index] : nullptr);
    }
  }

  // Weights of the block in units of the scale; a few rows at a time, so that whole cache lines are written.
  void readWeights(std::int64_t first, std::int64_t columns) {
    constexpr std::int64_t rowsAtOnce = 8;
    for (const Strip& strip : strips_) {
      const RecurrenceRows& rows = stack_[strip.setting];
      for (std::int64_t from = 0; from < strip.rows; from += rowsAtOnce) {
        const std::int64_t to = std::min(strip.rows, from + rowsAtOnce);
        for (std::int64_t i = 0; i < columns; ++i) {
          const std::int64_t column = feedback_.order[static_cast<std::size_t>(first + i)];
          double* const lane = weight_.data() + i * lanes_ + strip.firstLane;
          for (std::int64_t row = from; row < to; ++row) {
            lane[row] = static_cast<double>((*rows.weight)(strip.firstRow + row, column)) /
                        rows.scales[static_cast<std::size_t>(strip.firstRow + row)];
          }
        }
      }
    }
  }

  void readCoefficients(std::int64_t first, std::int64_t columns) {
    if (errors_.size() == 0) return;
    coefficients_.resize(mostGreedyColumns, mostGreedyColumns);
    for (std::int64_t j = 0; j < columns; ++j) {
      const float* row = feedback_.r.data() + (first + j) * k_ + first;
      for (std::int64_t i = j + 1; i < columns; ++i) coefficients_(i, j) = static_cast<double>(row[i]);
    }
  }

  void writeCodes(const Strip& strip) const {
    CodeMatrix& codes = codes_[strip.setting];
    constexpr std::int64_t columnsAtOnce = 32;
    for (std::int64_t from = 0; from < k_; from += columnsAtOnce) {
      const std::int64_t to = std::min(k_, from + columnsAtOnce);
      for (std::int64_t row = 0; row < strip.rows; ++row) {
        for (std::int64_t i = from; i < to; ++i) {
          codes(strip.firstRow + row, feedback_.order[static_cast<std::size_t>(i)]) = chosen_(i, strip.firstLane + row);
        }
      }
    }
  }

  std::span<const RecurrenceRows> stack_;
  const Feedback& feedback_;
  const std::vector<Strip>& strips_;
  std::vector<CodeMatrix>& codes_;
  std::int64_t k_;
  std::int64_t lanes_;
  std::vector<std::optional<AxeLanes>> axe_;      // by strip
  std::vector<std::vector<double>> multipliers_;  // by strip, see multipliersOf()
  MatrixD weight_;                                // of the block, in units of the scale
  MatrixD coefficients_;                          // of the block, R_ji / R_ii at (i, j)
  MatrixF narrow_;                                // K×lanes, weights for the product with D
  MatrixF errors_;                                // K×lanes, e_j so far
  MatrixF fedBack_;                               // of the segment
  CodeMatrix chosen_;                             // K×lanes
  std::vector<std::int64_t> tiles_;
};

}  // namespace

std::vector<CodeMatrix> quantizeGreedily(std::span<const RecurrenceRows> stack, const Feedback& feedback) {
  std::vector<CodeMatrix> codes;
  for (const RecurrenceRows& rows : stack) codes.emplace_back(rows.weight->rows(), rows.weight->cols());
  const std::vector<std::vector<Strip>> panels = panelsOf(stack);
  parallelFor(panels.size(), [&](std::size_t index) { Panel(stack, feedback, panels[index], codes).run(); });
  return codes;
}

CodeMatrix quantizeGreedily(const MatrixF& weight, std::span<const double> scales, const Feedback& feedback,
                            const RecurrenceOptions& options, const TileMultipliers* multipliers) {
  const RecurrenceRows rows{&weight, scales, options, multipliers};
  return std::move(quantizeGreedily({&rows, 1}, feedback).front());
}

}  // namespace axescope
