// SPDX-License-Identifier: GPL-3.0-or-later
// Budget-aware scales: under a tight accumulator the scale that fits the weights' range is the wrong one. Each
// channel tries multiples of its scale, all stacked as extra rows of one recurrence, and keeps the best.
#pragma once

#include <array>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "core/budget/tile_multipliers.h"
#include "core/linalg/matrix.h"
#include "core/number/weight_levels.h"
#include "core/ptq/layer_error.h"

namespace axescope {

/// What a try may cost: rough answers tell good scales from bad ones, only the last round's are kept.
struct SearchEffort {
  int projectionSteps = 50;
  int mostSweeps = std::numeric_limits<int>::max();
  bool last = true;
};

struct SearchRound {
  std::vector<double> multiples;  // of the best scale so far
  SearchEffort effort;
};

/// Far and wide first, then closer and closer to the best. Every round tries the best scale again at its own effort.
std::span<const SearchRound> scaleSearchRounds();
/// The same for any levels: where these are far apart at their ends, a scale that the budget allows may be as many
/// times larger as the last level is. Uniform levels have the rounds above.
std::vector<SearchRound> scaleSearchRounds(const WeightLevels& levels);

struct ScaledCodes {
  CodeMatrix codes;            // C×K
  std::vector<double> scales;  // C
};

/// Codes of stacked rows of start[rows×K], which are judged against weight[rows×K], the same or what `start` was made
/// of; the scales may be fitted to them.
using QuantizeRows = std::function<CodeMatrix(const MatrixF& weight, const MatrixF& start, std::vector<double>& scales,
                                              ChannelRows of, const SearchEffort& effort)>;

/// For each channel of weight[C×K] the scale of least error, ‖wX − q̂X̃‖², or ‖w − q̂‖² without `statistics`; ties keep
/// the smaller multiple; `rounds` are those of the levels. A block of channels at a time, so that the multiples of a
/// wide layer need little memory. Multipliers of the channels' tiles are `quantize`'s to know; here they count where
/// codes are judged.
ScaledCodes searchScales(const MatrixF& weight, const MatrixF& start, std::span<const double> scales,
                         const TileMultipliers& multipliers, const InputStatistics* statistics,
                         std::span<const SearchRound> rounds, const QuantizeRows& quantize);

}  // namespace axescope
