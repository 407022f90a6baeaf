// SPDX-License-Identifier: GPL-3.0-or-later
// One group of a layer from float weights to certified codes: scales, algorithm, constraint, refinement.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/base/job.h"
#include "core/budget/bounds.h"
#include "core/linalg/matrix.h"
#include "core/number/scale_grid.h"
#include "core/number/weight_quantizer.h"
#include "core/ptq/axe_constraint.h"
#include "core/ptq/feedback.h"
#include "core/ptq/group_scale.h"
#include "core/ptq/recurrence.h"
#include "core/ptq/statistics.h"

namespace axescope {

enum class Constraint {
  none,       // the accumulator is ignored while quantizing
  epInit,     // projection and rounding toward zero, after the algorithm; the budget of A2Q+
  epInitA2q,  // the same with the budget of A2Q
  axeSoft,    // AXE's soft threshold alone: no guarantee
  axeStrict,  // AXE's strict clip alone
  axe,        // both, as published
  axeInputs,  // the soft step in the metric of the layer's inputs (budget_projection.h), then the strict clip
};

/// What is done to the weights before anything else; errors are against the weights as given.
enum class Preprocess {
  none,
  magr,  // arXiv 2406.00800, magr.h
};

enum class WeightScale { absmax, mse, budget };

struct LayerOptions {
  Algorithm algorithm = Algorithm::optq;
  Constraint constraint = Constraint::axe;
  int weightBits = 4;
  WeightRange weightRange = WeightRange::narrow;
  WeightQuantizer weightQuantizer = WeightQuantizer::uniform;  // uniform of trained algorithms; not automatic
  WeightScale weightScale = WeightScale::absmax;
  GroupScale groupScale = GroupScale::off;  // not of trained algorithms, nor with given scales
  ScaleGrid scaleGrid{};                    // the scales there are, given ones rounded too
  int innerBits = 16;
  std::int64_t tileSize = 0;  // 0: K
  IntegerRange activations{0, 255};
  ErrorReference errorReference = ErrorReference::original;
  Slack slack = Slack::floor;
  int refineSweeps = 0;
  int trainingSteps = 200;  // of a trained algorithm
  Preprocess preprocess = Preprocess::none;
  double magrAlpha = 1e-3;  // relative to a channel's largest weight
};

struct QuantizedWeights {
  CodeMatrix codes;                  // C×K
  TileMultipliers multipliers{};     // of the scales of its tiles
  std::vector<double> scales;        // C
  std::vector<double> errorEnergy;   // C, ‖wX − q̂X̃‖², or ‖w − q̂‖² without statistics
  std::vector<double> outputEnergy;  // C, ‖wX‖², or ‖w‖²
};

/// Each channel of `best` that has a smaller error in `other`, the same weights quantized another way with the same
/// multipliers, becomes that one.
void keepBetterChannels(QuantizedWeights& best, const QuantizedWeights& other);

/// The ℓ₁ budget that the setting keeps, where it keeps one. A trained algorithm has its own; `constraint` says only
/// whether it applies.
std::optional<L1Budget> l1BudgetOf(const LayerOptions& options);
/// True when the answer must pass the exact test.
bool promisesCertificate(const LayerOptions& options);

/// True when the algorithm, the preprocessing or the refinement needs calibration inputs. The scale search does
/// without, on ‖w − q̂‖², and round to nearest then visits columns in their own order.
bool needsStatistics(const LayerOptions& options);

/// S of shared scales, of a whole layer's weight[C×K]: the largest integer for the largest of the scales that
/// quantizing starts from, four times of it where scales are searched or trained and may grow.
double sharedScaleUnit(const MatrixF& weight, const std::optional<std::vector<double>>& givenScales,
                       const LayerOptions& options);

/// weight[C×K] of one group under several settings that share the feedback, stacked in one recurrence; each gets the
/// answer it would get alone. givenScales replaces the computed ones. `statistics` may be null for rtn without
/// refinement. A constrained answer is checked against the exact certificate before it is returned. Errors: numerical,
/// where a promised certificate leaves room for zeros only; cancelled, by methods that take many products.
std::vector<Result<QuantizedWeights>> quantizeWeights(const MatrixF& weight,
                                                      const std::optional<std::vector<double>>& givenScales,
                                                      const Feedback& feedback, const InputStatistics* statistics,
                                                      std::span<const LayerOptions> settings, const Job& job = {});

/// One setting alone.
Result<QuantizedWeights> quantizeWeights(const MatrixF& weight, const std::optional<std::vector<double>>& givenScales,
                                         const Feedback& feedback, const InputStatistics* statistics,
                                         const LayerOptions& options, const Job& job = {});

}  // namespace axescope
