// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/quantize_layer.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <map>
#include <memory>

#include "core/base/parallel.h"
#include "core/ptq/a2q.h"
#include "core/ptq/budget_projection.h"
#include "core/ptq/budget_scale.h"
#include "core/ptq/ep_init.h"
#include "core/ptq/float_reach.h"
#include "core/ptq/layer_error.h"
#include "core/ptq/magr.h"
#include "core/ptq/possible_budget.h"
#include "core/ptq/refine.h"

namespace axescope {

namespace {

bool projectsOntoBudget(const LayerOptions& options) {
  return options.constraint == Constraint::axeInputs && !isTrained(options.algorithm);
}

// Before they are rounded to those there are.
GroupedScales startingScales(const MatrixF& weight, const std::optional<std::vector<double>>& givenScales,
                             const WeightLevels& levels, const LayerOptions& options) {
  if (givenScales) return {*givenScales, {}};
  const WeightScaleRule rule = options.weightScale == WeightScale::mse ? WeightScaleRule::mse : WeightScaleRule::absmax;
  return groupedScales(weight, levels, rule, options.groupScale, Tiling::of(weight.cols(), options.tileSize));
}

WeightLevels levelsOf(const LayerOptions& options) {
  return WeightLevels({options.weightBits, options.weightQuantizer}, options.weightRange);
}

// One setting on its way from weights to certified codes.
class Setting {
 public:
  /// `start` is what is quantized in place of `weight`: the same, or preprocessed. `projection` may be null where
  /// projectsOntoBudget() says no.
  Setting(const MatrixF& weight, const MatrixF& start, const std::optional<std::vector<double>>& givenScales,
          const Feedback& feedback, const InputStatistics* statistics, const BudgetProjection* projection,
          const LayerOptions& options)
      : weight_(weight),
        start_(start),
        feedback_(feedback),
        statistics_(statistics),
        options_(options),
        levels_(levelsOf(options)),
        axe_{.soft = options.constraint == Constraint::axeSoft || options.constraint == Constraint::axe,
             .strict = options.constraint != Constraint::axeSoft,
             .innerBits = options.innerBits,
             .tiling = Tiling::of(weight.cols(), options.tileSize),
             .activations = options.activations,
             .slack = options.slack},
        a2q_{.budget = options.algorithm == Algorithm::a2q ? L1Budget::a2q : L1Budget::a2qPlus,
             // Without a constraint the widest accumulator there is: its budget is never met.
             .innerBits = options.constraint == Constraint::none ? mostAccumulatorBits : options.innerBits,
             .tiling = axe_.tiling,
             .activations = options.activations,
             .codes = levels_.range(),
             .steps = options.trainingSteps,
             .trainsScales = !givenScales,
             .scaleGrid = options.scaleGrid},
        searchesScales_(options.weightScale == WeightScale::budget && !givenScales),
        projection_(projectsOntoBudget(options) ? projection : nullptr) {
    assert(!isTrained(options.algorithm) || (options.groupScale == GroupScale::off && levels_.isUniform()));
    GroupedScales grouped = startingScales(start, givenScales, levels_, options);
    result_.scales = std::move(grouped.scales);
    roundScales(result_.scales);
    result_.multipliers = std::move(grouped.multipliers);
  }

  /// The rows to quantize with others; none where each multiple of the scales needs its own.
  std::optional<RecurrenceRows> rows() {
    if (searchesScales_ || !isGreedy()) return std::nullopt;
    if (projection_ != nullptr)
      projected_ =
          projection_->project(start_, result_.scales, result_.multipliers, axe_, SearchEffort{}.projectionSteps);
    return RecurrenceRows{projection_ != nullptr ? &projected_ : &start_, result_.scales, recurrence(),
                          &result_.multipliers};
  }

  /// `codes` of those rows.
  Result<QuantizedWeights> finish(std::optional<CodeMatrix> codes, const Job& job) && {
    AXESCOPE_CHECK(checkBudgetIsPossible(options_));
    const bool trained = isTrained(options_.algorithm);
    if (searchesScales_) {
      const std::vector<SearchRound> rounds = scaleSearchRounds(levels_);
      ScaledCodes best = searchScales(weight_, start_, result_.scales, result_.multipliers, statistics_, rounds,
                                      [&](const MatrixF& weight, const MatrixF& start, std::vector<double>& scales,
                                          ChannelRows of, const SearchEffort& effort) {
                                        roundScales(scales);
                                        const TileMultipliers multipliers = multipliersOf(of, start.rows());
                                        CodeMatrix tried = quantizeOnce(start, scales, multipliers, effort);
                                        if (!trained) refineRows(weight, of, multipliers, effort, scales, tried);
                                        return tried;
                                      });
      result_.codes = std::move(best.codes);
      result_.scales = std::move(best.scales);
    } else {
      result_.codes = codes ? rounded(*std::move(codes))
                            : quantizeOnce(start_, result_.scales, result_.multipliers, SearchEffort{});
    }
    if (trained) {
      AXESCOPE_TRY(ScaledCodes answer, trainA2q(weight_, start_, result_.scales, *statistics_, a2q_, job));
      result_.codes = std::move(answer.codes);
      result_.scales = std::move(answer.scales);
    }
    if (trained || !searchesScales_) {
      refineRows(weight_, {0, weight_.rows()}, result_.multipliers, SearchEffort{}, result_.scales, result_.codes);
    }
    const bool guaranteed = promisesCertificate(options_);
    if (guaranteed) {
      const Certificate certificate(result_.codes, axe_.tiling, options_.activations, options_.innerBits, 0);
      if (!certificate.guaranteed()) {
        return fail(ErrorCode::numerical, {}, {}, "codes within their accumulator budget",
                    "a budget broken by the quantizer; please report this");
      }
    }
    judge();
    return std::move(result_);
  }

 private:
  bool isProjected() const {
    return options_.constraint == Constraint::epInit || options_.constraint == Constraint::epInitA2q;
  }

  // All but training, and the projection of rounded weights, which has no steps.
  bool isGreedy() const {
    return !isTrained(options_.algorithm) && (!isProjected() || options_.algorithm != Algorithm::rtn);
  }

  RecurrenceOptions recurrence() const {
    const bool shaped = options_.constraint != Constraint::none && !isProjected();
    return {levels_, options_.errorReference, shaped ? &axe_ : nullptr};
  }

  CodeMatrix rounded(CodeMatrix codes) const {
    if (!isProjected()) return codes;
    return epInit(codes.cast<double>(), axe_, levels_, *l1BudgetOf(options_));
  }

  void roundScales(std::vector<double>& scales) const {
    for (double& scale : scales) scale = options_.scaleGrid.nearest(scale);
  }

  // Of rows that stand for channels.
  TileMultipliers multipliersOf(ChannelRows of, std::int64_t rows) const {
    return result_.multipliers.middleRows(of.first, of.channels).repeated(rows / of.channels);
  }

  CodeMatrix quantizeOnce(const MatrixF& rows, std::span<const double> scales, const TileMultipliers& multipliers,
                          const SearchEffort& effort) const {
    if (isTrained(options_.algorithm)) return a2qStart(rows, scales, *statistics_, a2q_);
    if (isGreedy()) {
      const MatrixF projected = projection_ != nullptr
                                    ? projection_->project(rows, scales, multipliers, axe_, effort.projectionSteps)
                                    : MatrixF();
      return rounded(
          quantizeGreedily(projection_ != nullptr ? projected : rows, scales, feedback_, recurrence(), &multipliers));
    }
    MatrixD values = rows.cast<double>();
    for (Eigen::Index row = 0; row < values.rows(); ++row) {
      for (Eigen::Index k = 0; k < values.cols(); ++k) {
        values(row, k) /= scales[static_cast<std::size_t>(row)] * static_cast<double>(multipliers.ofColumn(row, k));
      }
    }
    return epInit(values, axe_, levels_, *l1BudgetOf(options_));
  }

  void refineRows(const MatrixF& rows, ChannelRows of, const TileMultipliers& multipliers, const SearchEffort& effort,
                  std::vector<double>& scales, CodeMatrix& codes) const {
    if (options_.refineSweeps == 0) return;
    const RefineOptions refinement{.codes = levels_,
                                   .strict = promisesCertificate(options_) ? &axe_ : nullptr,
                                   .sweeps = std::min(options_.refineSweeps, effort.mostSweeps),
                                   .refitScales = searchesScales_ && effort.last,
                                   .multipliers = multipliers,
                                   .scaleGrid = options_.scaleGrid};
    refine(rows, *statistics_, of, refinement, scales, codes);
  }

  void judge() {
    const ChannelUnitCodes units(result_.codes, result_.multipliers);
    if (statistics_ != nullptr) {
      result_.errorEnergy =
          outputErrorEnergy(*statistics_, weight_, units.codes(), result_.scales, {0, weight_.rows()});
      result_.outputEnergy = statistics_->outputEnergy;
      return;
    }
    result_.errorEnergy = weightErrorEnergy(weight_, units.codes(), result_.scales);
    for (Eigen::Index row = 0; row < weight_.rows(); ++row) {
      result_.outputEnergy.push_back(weight_.row(row).cast<double>().squaredNorm());
    }
  }

  const MatrixF& weight_;
  const MatrixF& start_;
  const Feedback& feedback_;
  const InputStatistics* statistics_;
  const LayerOptions& options_;
  WeightLevels levels_;
  AxeOptions axe_;
  A2qOptions a2q_;
  bool searchesScales_;
  const BudgetProjection* projection_;  // null: none
  MatrixF projected_;                   // the rows to quantize, with projection_
  QuantizedWeights result_;
};

}  // namespace

void keepBetterChannels(QuantizedWeights& best, const QuantizedWeights& other) {
  assert(best.multipliers == other.multipliers);
  for (std::size_t channel = 0; channel < best.scales.size(); ++channel) {
    if (other.errorEnergy[channel] >= best.errorEnergy[channel]) continue;
    const auto row = static_cast<Eigen::Index>(channel);
    best.codes.row(row) = other.codes.row(row);
    best.scales[channel] = other.scales[channel];
    best.errorEnergy[channel] = other.errorEnergy[channel];
  }
}

std::optional<L1Budget> l1BudgetOf(const LayerOptions& options) {
  if (isTrained(options.algorithm)) {
    if (options.constraint == Constraint::none) return std::nullopt;
    return options.algorithm == Algorithm::a2q ? L1Budget::a2q : L1Budget::a2qPlus;
  }
  if (options.constraint == Constraint::epInit) return L1Budget::a2qPlus;
  if (options.constraint == Constraint::epInitA2q) return L1Budget::a2q;
  return std::nullopt;
}

bool promisesCertificate(const LayerOptions& options) {
  if (isTrained(options.algorithm)) return options.constraint != Constraint::none;
  return options.constraint != Constraint::none && options.constraint != Constraint::axeSoft;
}

double sharedScaleUnit(const MatrixF& weight, const std::optional<std::vector<double>>& givenScales,
                       const LayerOptions& options) {
  constexpr double roomOfUniform = 4.0;
  const WeightLevels levels = levelsOf(options);
  // Powers of two start at the scale of their largest level, far below where the search ends.
  const double roomToGrow =
      levels.isUniform() ? roomOfUniform : std::max(roomOfUniform, std::sqrt(static_cast<double>(levels.range().high)));
  const std::vector<double> scales = startingScales(weight, givenScales, levels, options).scales;
  const bool mayGrow = !givenScales && (options.weightScale == WeightScale::budget || isTrained(options.algorithm));
  const double largest = *std::max_element(scales.begin(), scales.end()) * (mayGrow ? roomToGrow : 1.0);
  return largest / options.scaleGrid.largestInteger();
}

bool needsStatistics(const LayerOptions& options) {
  return options.algorithm != Algorithm::rtn || options.refineSweeps > 0 || options.preprocess != Preprocess::none ||
         options.constraint == Constraint::axeInputs;
}

std::vector<Result<QuantizedWeights>> quantizeWeights(const MatrixF& weight,
                                                      const std::optional<std::vector<double>>& givenScales,
                                                      const Feedback& feedback, const InputStatistics* statistics,
                                                      std::span<const LayerOptions> settings, const Job& job) {
  if (statistics != nullptr) {
    if (const Status held = withinFloatReach(weight, *statistics); !held) return {settings.size(), fail(held.error())};
  }
  std::vector<std::unique_ptr<Setting>> all;
  std::vector<RecurrenceRows> stack;
  std::vector<std::size_t> stacked;            // which settings these are
  std::map<double, Result<MatrixF>> reduced;   // by α: settings share what MagR makes of the weights
  std::optional<BudgetProjection> projection;  // shared too
  for (const LayerOptions& options : settings) {
    assert(statistics != nullptr || !needsStatistics(options));
    const MatrixF* start = &weight;
    if (options.preprocess == Preprocess::magr) {
      auto place = reduced.find(options.magrAlpha);
      if (place == reduced.end()) {
        auto made = reduceMagnitudes(weight, *statistics, options.magrAlpha, job);
        place = reduced.emplace(options.magrAlpha, std::move(made)).first;
      }
      if (!place->second) return {settings.size(), fail(place->second.error())};
      start = &*place->second;
    }
    if (!projection && projectsOntoBudget(options)) projection.emplace(*statistics);
    all.push_back(std::make_unique<Setting>(weight, *start, givenScales, feedback, statistics,
                                            projection ? &*projection : nullptr, options));
    if (auto rows = all.back()->rows()) {
      stack.push_back(*rows);
      stacked.push_back(all.size() - 1);
    }
  }
  std::vector<std::optional<CodeMatrix>> codes(all.size());
  std::vector<CodeMatrix> together = quantizeGreedily(stack, feedback);
  for (std::size_t i = 0; i < stacked.size(); ++i) codes[stacked[i]] = std::move(together[i]);
  std::vector<std::optional<Result<QuantizedWeights>>> finished(all.size());
  parallelFor(all.size(), [&](std::size_t i) { finished[i] = std::move(*all[i]).finish(std::move(codes[i]), job); });
  std::vector<Result<QuantizedWeights>> results;
  for (auto& one : finished) results.push_back(*std::move(one));
  return results;
}

Result<QuantizedWeights> quantizeWeights(const MatrixF& weight, const std::optional<std::vector<double>>& givenScales,
                                         const Feedback& feedback, const InputStatistics* statistics,
                                         const LayerOptions& options, const Job& job) {
  return std::move(quantizeWeights(weight, givenScales, feedback, statistics, std::span(&options, 1), job).front());
}

}  // namespace axescope
