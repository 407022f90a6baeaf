// SPDX-License-Identifier: GPL-3.0-or-later
// AXE's accumulator constraint (arXiv 2409.17092, section 3): a soft threshold from the original weights and a strict
// clip from what the codes chosen so far leave of the budget. All in units of the weight scale.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/budget/certificate.h"
#include "core/number/integer_range.h"

namespace axescope {

enum class Slack {
  floor,  // clip to the largest integer that fits: safe for any rounding
  half,   // the paper's: half a step off the real bound, then round
};

struct AxeOptions {
  bool soft = true;
  bool strict = true;
  int innerBits = 16;
  Tiling tiling;  // over the original columns, whatever order they are visited in
  IntegerRange activations{0, 255};
  Slack slack = Slack::floor;
};

/// λ of one channel's tile: Duchi's threshold of the tile's weights in units of the scale, centred by their mean, to
/// the A2Q+ radius (2^P − 2)/(ν − μ) (eq. 15–17 of arXiv 2401.10432 as AXE uses them).
double axeSoftThreshold(std::span<const double> tileWeights, int innerBits, IntegerRange activations);

/// What a code may still be, given the tile's sums: [−down, up] keeps νp + μn ≤ L and μp + νn ≥ −L.
struct BudgetLeft {
  double down = 0.0;
  double up = 0.0;
};

/// Running sums and thresholds of a panel of channels.
class AxeConstraint {
 public:
  /// weights[rows×K] in units of the scale, original column order.
  AxeConstraint(const AxeOptions& options, const MatrixD& weights);

  /// Soft threshold, then strict clip, of the value proposed for a column of `tile`.
  double shape(double value, std::int64_t row, std::int64_t tile) const;
  /// Notes the code that was chosen.
  void take(std::int64_t code, std::int64_t row, std::int64_t tile);

 private:
  std::size_t index(std::int64_t row, std::int64_t tile) const { return static_cast<std::size_t>(row * tiles_ + tile); }

  AxeOptions options_;
  std::int64_t tiles_;
  std::vector<double> lambda_;
  std::vector<TileSums> sums_;
};

/// The strict clip's interval; `options` gives activations, width and slack.
BudgetLeft budgetLeft(const TileSums& sums, const AxeOptions& options);

}  // namespace axescope
