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

/// Running sums and thresholds of some channels, one channel a lane: what the recurrence's step reads and keeps. Sums
/// are integers held in float64, where they and their products with activations are exact: both stay below 2^53.
class AxeLanes {
 public:
  AxeLanes(const AxeOptions& options, std::int64_t lanes);

  /// weights[K] of the lane's channel in units of the scale, original column order. A lane without a call has
  /// thresholds of 0.
  void setThresholds(std::int64_t lane, std::span<const double> weights);

  bool soft() const { return options_.soft; }
  bool strict() const { return options_.strict; }
  Slack slack() const { return options_.slack; }
  double low() const { return static_cast<double>(options_.activations.low); }
  double high() const { return static_cast<double>(options_.activations.high); }
  /// L, or less where an accumulator holds more than float64 counts: the clip is then as strict or stricter.
  double limit() const { return limit_; }

  /// Of a tile, by lane.
  double* positive(std::int64_t tile) { return positive_.data() + tile * lanes_; }
  double* negative(std::int64_t tile) { return negative_.data() + tile * lanes_; }
  const double* lambda(std::int64_t tile) const { return lambda_.data() + tile * lanes_; }

 private:
  AxeOptions options_;
  std::int64_t lanes_;
  double limit_;
  std::vector<double> positive_;
  std::vector<double> negative_;
  std::vector<double> lambda_;
};

/// The strict clip's interval; `options` gives activations, width and slack.
BudgetLeft budgetLeft(const TileSums& sums, const AxeOptions& options);

}  // namespace axescope
