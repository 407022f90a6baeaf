// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/a2q.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "core/base/parallel.h"
#include "core/budget/l1_projection.h"
#include "core/ptq/ep_init.h"
#include "core/ptq/layer_error.h"

namespace axescope {

namespace {

constexpr std::int64_t panelRows = 64;
// At the start, decaying to zero along half a cosine. Directions move in units of the first scale, norms and scales in
// log2. Faster directions end at larger errors where the budget is wide, slower norms where it is tight.
constexpr double directionRate = 0.05;
constexpr double logRate = 0.05;
// What stands at a whole number, or at the budget, but for the rounding of exponentials.
constexpr double roundingSlack = 1e-9;
constexpr double penalty = 1e-3;  // of log2 g above the budget, beside an error relative to the output

using RowArray = Eigen::Array<double, 1, Eigen::Dynamic>;

// 1, or 0 for an input that is always zero.
RowArray aliveInputs(const InputStatistics& statistics) {
  return (statistics.s.diagonal().transpose().array() > 0.0).cast<double>();
}

// Weights in units of the scale, without those of dead inputs, for a2qPlus centred by tile.
MatrixD inCodes(const MatrixF& weight, std::span<const double> scales, const RowArray& alive,
                const A2qOptions& options) {
  MatrixD values = weight.cast<double>();
  for (Eigen::Index row = 0; row < values.rows(); ++row) {
    values.row(row).array() *= alive / scales[static_cast<std::size_t>(row)];
    for (std::int64_t tile = 0; options.budget == L1Budget::a2qPlus && tile < options.tiling.tiles(); ++tile) {
      const std::int64_t begin = options.tiling.begin(tile);
      const std::int64_t width = options.tiling.end(tile) - begin;
      const auto living = alive.segment(begin, width);
      if (!(living.sum() > 0.0)) continue;
      auto part = values.row(row).segment(begin, width).array();
      part -= part.sum() / living.sum() * living;
    }
  }
  return values;
}

// EP-init before its rounding: each tile projected onto the budget's ball.
void project(MatrixD& values, const A2qOptions& options) {
  const double radius = l1Budget(options.budget, options.innerBits, options.activations);
  for (Eigen::Index row = 0; row < values.rows(); ++row) {
    for (std::int64_t tile = 0; tile < options.tiling.tiles(); ++tile) {
      const std::int64_t begin = options.tiling.begin(tile);
      const std::span<double> part(&values(row, begin), static_cast<std::size_t>(options.tiling.end(tile) - begin));
      const double lambda = softThreshold(part, radius);
      for (double& value : part) value = shrink(value, lambda);
    }
  }
}

// Kingma and Ba, arXiv 1412.6980.
class Adam {
 public:
  Adam(Eigen::Index rows, Eigen::Index columns)
      : first_(MatrixD::Zero(rows, columns)), second_(MatrixD::Zero(rows, columns)) {}

  void step(MatrixD& parameters, const MatrixD& gradient, double rate, int number) {
    constexpr double decay1 = 0.9;
    constexpr double decay2 = 0.999;
    constexpr double epsilon = 1e-12;  // gradients are relative errors per code
    first_ = decay1 * first_ + (1.0 - decay1) * gradient;
    second_ = decay2 * second_ + (1.0 - decay2) * gradient.cwiseAbs2();
    const double unbias1 = rate / (1.0 - std::pow(decay1, number));
    const double unbias2 = 1.0 / (1.0 - std::pow(decay2, number));
    parameters.array() -= unbias1 * first_.array() / ((unbias2 * second_.array()).sqrt() + epsilon);
  }

 private:
  MatrixD first_;
  MatrixD second_;
};

// What a tile's parameters stand for.
struct TileState {
  double mean = 0.0;       // of the direction, taken off
  double l1 = 0.0;         // ‖v‖₁ of the rest
  double norm = 0.0;       // g after the clamp
  bool isClamped = false;  // g stood above the budget
};

// Some channels of a layer through all steps.
class Panel {
 public:
  Panel(std::int64_t first, std::int64_t rows, const MatrixF& weight, const MatrixD& start, const RowArray& alive,
        const InputStatistics& statistics, const A2qOptions& options, ScaledCodes& best)
      : first_(first),
        rows_(rows),
        k_(weight.cols()),
        statistics_(statistics),
        options_(options),
        best_(best),
        alive_(alive),
        logBudget_(std::log2(l1Budget(options.budget, options.innerBits, options.activations))),
        weight_(weight.middleRows(first, rows).cast<double>()),
        direction_(start.middleRows(first, rows)),
        logNorm_(MatrixD::Zero(rows, options.tiling.tiles())),
        logScale_(rows, 1),
        values_(rows, k_),
        codes_(rows, k_),
        difference_(rows, k_),
        tiles_(static_cast<std::size_t>(rows * options.tiling.tiles())),
        certified_(static_cast<std::size_t>(rows)),
        least_(static_cast<std::size_t>(rows)) {
    for (Eigen::Index row = 0; row < rows; ++row) {
      logScale_(row, 0) = std::log2(best.scales[static_cast<std::size_t>(first + row)]);
      for (std::int64_t tile = 0; tile < options.tiling.tiles(); ++tile) startTile(row, tile);
    }
  }

  void run(const Job& job) {
    judgeStart();
    Adam ofDirection(rows_, k_);
    Adam ofNorm(rows_, logNorm_.cols());
    Adam ofScale(rows_, 1);
    for (int step = 1; step <= options_.steps && !job.stopped(); ++step) {
      makeCodes();
      const MatrixD gradient = judge();
      MatrixD direction = MatrixD::Zero(rows_, k_);
      MatrixD norm = MatrixD::Zero(rows_, logNorm_.cols());
      MatrixD scale = MatrixD::Zero(rows_, 1);
      differentiate(gradient, direction, norm, scale);
      const double share = static_cast<double>(step - 1) / static_cast<double>(options_.steps);
      const double decay = 0.5 * (1.0 + std::cos(std::numbers::pi * share));
      ofDirection.step(direction_, direction, decay * directionRate, step);
      ofNorm.step(logNorm_, norm, decay * logRate, step);
      if (options_.trainsScales) ofScale.step(logScale_, scale, decay * logRate, step);
    }
    makeCodes();
    judge();
  }

 private:
  auto part(Eigen::Index row, std::int64_t tile, MatrixD& matrix) const {
    const std::int64_t begin = options_.tiling.begin(tile);
    return matrix.row(row).segment(begin, options_.tiling.end(tile) - begin).array();
  }
  auto aliveOf(std::int64_t tile) const {
    const std::int64_t begin = options_.tiling.begin(tile);
    return alive_.segment(begin, options_.tiling.end(tile) - begin);
  }
  TileState& state(Eigen::Index row, std::int64_t tile) {
    return tiles_[static_cast<std::size_t>(row * options_.tiling.tiles() + tile)];
  }

  // The projection's norm: direction and norm together are EP-init before its rounding.
  void startTile(Eigen::Index row, std::int64_t tile) {
    const double l1 = part(row, tile, direction_).abs().sum();
    if (l1 > 0.0) logNorm_(row, tile) = std::log2(l1) + logScale_(row, 0);
  }

  double scaleOf(Eigen::Index row) const { return options_.scaleGrid.nearest(std::exp2(logScale_(row, 0))); }
  double logScaleOf(Eigen::Index row) const {
    const bool any = options_.scaleGrid.rule == ScaleQuantization::off;
    return any ? logScale_(row, 0) : std::log2(scaleOf(row));
  }

  void makeCodes() {
    for (Eigen::Index row = 0; row < rows_; ++row) {
      const double scale = scaleOf(row);
      certified_[static_cast<std::size_t>(row)] = true;
      for (std::int64_t tile = 0; tile < options_.tiling.tiles(); ++tile) makeTile(row, tile, scale);
      difference_.row(row) = scale * codes_.row(row) - weight_.row(row);
    }
  }

  void makeTile(Eigen::Index row, std::int64_t tile, double scale) {
    TileState& now = state(row, tile);
    auto values = part(row, tile, values_);
    auto codes = part(row, tile, codes_);
    values = part(row, tile, direction_);
    now.mean = 0.0;
    const double living = aliveOf(tile).sum();
    if (options_.budget == L1Budget::a2qPlus && living > 0.0) {
      now.mean = values.sum() / living;
      values -= now.mean * aliveOf(tile);
    }
    now.l1 = values.abs().sum();
    const double most = logBudget_ + logScaleOf(row);
    now.isClamped = logNorm_(row, tile) > most + roundingSlack;
    now.norm = std::exp2(std::min(logNorm_(row, tile), most));
    values *= now.l1 > 0.0 ? now.norm / (now.l1 * scale) : 0.0;
    codes = values.unaryExpr([](double value) { return std::trunc(value * (1.0 + roundingSlack)); })
                .max(static_cast<double>(options_.codes.low))
                .min(static_cast<double>(options_.codes.high));
    const TileSums sums{.positive = static_cast<std::int64_t>(codes.max(0.0).sum()),
                        .negative = static_cast<std::int64_t>(codes.min(0.0).sum())};
    if (!fits(sums.extremes(options_.activations), options_.innerBits)) {
      certified_[static_cast<std::size_t>(row)] = false;
    }
  }

  void judgeStart() {
    std::fill(certified_.begin(), certified_.end(), true);
    std::fill(least_.begin(), least_.end(), std::numeric_limits<double>::infinity());
    codes_ = best_.codes.middleRows(first_, rows_).cast<double>();
    for (Eigen::Index row = 0; row < rows_; ++row) {
      difference_.row(row) = best_.scales[static_cast<std::size_t>(first_ + row)] * codes_.row(row) - weight_.row(row);
    }
    judge(false);
  }

  // The error's gradient with respect to q̂, relative to the output; keeps what is better than all before.
  MatrixD judge(bool keeps = true) {
    MatrixD gradient = timesSquares(statistics_, difference_);
    for (Eigen::Index row = 0; row < rows_; ++row) {
      const auto index = static_cast<std::size_t>(row);
      const auto channel = static_cast<std::size_t>(first_ + row);
      const auto shift = statistics_.targetShift.row(first_ + row);
      const double error = gradient.row(row).dot(difference_.row(row)) - 2.0 * difference_.row(row).dot(shift) +
                           statistics_.noiseEnergy[channel];
      const double output = statistics_.outputEnergy[channel];
      gradient.row(row) = (output > 0.0 ? 2.0 / output : 0.0) * (gradient.row(row) - shift);
      if (!certified_[index] || !(error < least_[index])) continue;
      least_[index] = error;
      if (!keeps) continue;
      best_.codes.row(first_ + row) = codes_.row(row).cast<std::int16_t>();
      if (options_.trainsScales) best_.scales[channel] = scaleOf(row);
    }
    return gradient;
  }

  void differentiate(const MatrixD& gradient, MatrixD& direction, MatrixD& norm, MatrixD& scale) {
    const auto low = static_cast<double>(options_.codes.low);
    const auto high = static_cast<double>(options_.codes.high);
    MatrixD passed = gradient;  // what truncation and the code range let through
    for (Eigen::Index row = 0; row < rows_; ++row) {
      const double scaleNow = scaleOf(row);
      passed.row(row).array() *=
          (values_.row(row).array() > low - 1.0 && values_.row(row).array() < high + 1.0).cast<double>();
      scale(row, 0) = std::numbers::ln2 * scaleNow * gradient.row(row).dot(codes_.row(row));
      for (std::int64_t tile = 0; tile < options_.tiling.tiles(); ++tile) {
        const TileState& now = state(row, tile);
        if (!(now.l1 > 0.0)) continue;
        const auto through = part(row, tile, passed);
        const auto values = part(row, tile, values_);
        const double along = std::numbers::ln2 * scaleNow * (through * values).sum();
        if (now.isClamped) {  // g is the budget times s: codes do not depend on s
          norm(row, tile) = penalty;
          scale(row, 0) -= penalty;
        } else {
          norm(row, tile) = along;
          scale(row, 0) -= along;
        }
        auto towards = part(row, tile, direction);
        const double perUnit = now.norm / now.l1;
        const double share = (through * values).sum() * scaleNow / now.norm;
        towards = perUnit * (through - values.sign() * share);
        if (options_.budget == L1Budget::a2qPlus) towards -= towards.sum() / aliveOf(tile).sum();
        towards *= aliveOf(tile);
      }
    }
  }

  std::int64_t first_;
  std::int64_t rows_;
  std::int64_t k_;
  const InputStatistics& statistics_;
  const A2qOptions& options_;
  ScaledCodes& best_;  // of all panels; this one writes its own rows
  const RowArray& alive_;
  double logBudget_;  // log2 of the largest ‖q‖₁
  MatrixD weight_;
  MatrixD direction_;   // v
  MatrixD logNorm_;     // log2 g, by tile
  MatrixD logScale_;    // log2 s
  MatrixD values_;      // g/s · v/‖v‖₁, before truncation
  MatrixD codes_;       // whole numbers
  MatrixD difference_;  // q̂ − w
  std::vector<TileState> tiles_;
  std::vector<bool> certified_;
  std::vector<double> least_;
};

}  // namespace

CodeMatrix a2qStart(const MatrixF& weight, std::span<const double> scales, const InputStatistics& statistics,
                    const A2qOptions& options) {
  const AxeOptions budget{.innerBits = options.innerBits, .tiling = options.tiling, .activations = options.activations};
  return epInit(inCodes(weight, scales, aliveInputs(statistics), options), budget, options.codes, options.budget);
}

Result<ScaledCodes> trainA2q(const MatrixF& weight, const MatrixF& start, std::span<const double> scales,
                             const InputStatistics& statistics, const A2qOptions& options, const Job& job) {
  assert(l1Budget(options.budget, options.innerBits, options.activations) >= 1.0);
  ScaledCodes best{a2qStart(start, scales, statistics, options), {scales.begin(), scales.end()}};
  const RowArray alive = aliveInputs(statistics);
  MatrixD values = inCodes(start, scales, alive, options);
  project(values, options);
  parallelPieces(weight.rows(), panelRows, [&](std::int64_t first, std::int64_t rows) {
    Panel(first, rows, weight, values, alive, statistics, options, best).run(job);
  });
  AXESCOPE_CHECK(job.check());
  return best;
}

}  // namespace axescope
