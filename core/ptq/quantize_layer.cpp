// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/quantize_layer.h"

#include <algorithm>
#include <cassert>
#include <memory>

#include "core/base/parallel.h"
#include "core/ptq/budget_projection.h"
#include "core/ptq/budget_scale.h"
#include "core/ptq/ep_init.h"
#include "core/ptq/layer_error.h"
#include "core/ptq/refine.h"

namespace axescope {

namespace {

bool promisesCertificate(Constraint constraint) {
  return constraint != Constraint::none && constraint != Constraint::axeSoft;
}

// One setting on its way from weights to certified codes.
class Setting {
 public:
  Setting(const MatrixF& weight, const std::optional<std::vector<double>>& givenScales, const Feedback& feedback,
          const InputStatistics* statistics, const LayerOptions& options)
      : weight_(weight),
        feedback_(feedback),
        statistics_(statistics),
        options_(options),
        range_(weightCodeRange(options.weightBits, options.weightRange)),
        axe_{.soft = options.constraint == Constraint::axeSoft || options.constraint == Constraint::axe,
             .strict = options.constraint != Constraint::axeSoft,
             .innerBits = options.innerBits,
             .tiling = Tiling::of(weight.cols(), options.tileSize),
             .activations = options.activations,
             .slack = options.slack},
        searchesScales_(options.weightScale == WeightScale::budget && !givenScales) {
    const WeightScaleRule rule =
        options.weightScale == WeightScale::mse ? WeightScaleRule::mse : WeightScaleRule::absmax;
    if (options.constraint == Constraint::axeInputs) projection_.emplace(*statistics);
    result_.scales = givenScales ? *givenScales : weightScales(weight, options.weightBits, options.weightRange, rule);
  }

  /// The rows to quantize with others; none where each multiple of the scales needs its own.
  std::optional<RecurrenceRows> rows() {
    if (searchesScales_ || !isGreedy()) return std::nullopt;
    if (projection_) projected_ = projection_->project(weight_, result_.scales, axe_, SearchEffort{}.projectionSteps);
    return RecurrenceRows{projection_ ? &projected_ : &weight_, result_.scales, recurrence()};
  }

  /// `codes` of those rows.
  Result<QuantizedWeights> finish(std::optional<CodeMatrix> codes) && {
    if (searchesScales_) {
      ScaledCodes best =
          searchScales(weight_, result_.scales, statistics_,
                       [this](const MatrixF& rows, std::vector<double>& scales, ChannelRows of,
                              const SearchEffort& effort) { return quantize(rows, scales, of, effort); });
      result_.codes = std::move(best.codes);
      result_.scales = std::move(best.scales);
    } else {
      result_.codes = codes ? rounded(*std::move(codes)) : quantizeOnce(weight_, result_.scales, SearchEffort{});
      refineRows(weight_, {0, weight_.rows()}, SearchEffort{}, result_.scales, result_.codes);
    }
    const bool guaranteed = promisesCertificate(options_.constraint);
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
  // All but the projection of rounded weights, which has no steps.
  bool isGreedy() const { return options_.constraint != Constraint::epInit || options_.algorithm != Algorithm::rtn; }

  RecurrenceOptions recurrence() const {
    const bool shaped = options_.constraint != Constraint::none && options_.constraint != Constraint::epInit;
    return {range_, options_.errorReference, shaped ? &axe_ : nullptr};
  }

  CodeMatrix rounded(CodeMatrix codes) const {
    if (options_.constraint != Constraint::epInit) return codes;
    return epInit(codes.cast<double>(), axe_, range_);
  }

  CodeMatrix quantizeOnce(const MatrixF& rows, std::span<const double> scales, const SearchEffort& effort) const {
    if (isGreedy()) {
      const MatrixF projected =
          projection_ ? projection_->project(rows, scales, axe_, effort.projectionSteps) : MatrixF();
      return rounded(quantizeGreedily(projection_ ? projected : rows, scales, feedback_, recurrence()));
    }
    MatrixD values = rows.cast<double>();
    for (Eigen::Index row = 0; row < values.rows(); ++row) values.row(row) /= scales[static_cast<std::size_t>(row)];
    return epInit(values, axe_, range_);
  }

  CodeMatrix quantize(const MatrixF& rows, std::vector<double>& scales, ChannelRows of,
                      const SearchEffort& effort) const {
    CodeMatrix codes = quantizeOnce(rows, scales, effort);
    refineRows(rows, of, effort, scales, codes);
    return codes;
  }

  void refineRows(const MatrixF& rows, ChannelRows of, const SearchEffort& effort, std::vector<double>& scales,
                  CodeMatrix& codes) const {
    if (options_.refineSweeps == 0) return;
    const RefineOptions refinement{.codes = range_,
                                   .strict = promisesCertificate(options_.constraint) ? &axe_ : nullptr,
                                   .sweeps = std::min(options_.refineSweeps, effort.mostSweeps),
                                   .refitScales = searchesScales_ && effort.last};
    refine(rows, *statistics_, of, refinement, scales, codes);
  }

  void judge() {
    if (statistics_ != nullptr) {
      result_.errorEnergy =
          outputErrorEnergy(*statistics_, weight_, result_.codes, result_.scales, {0, weight_.rows()});
      result_.outputEnergy = statistics_->outputEnergy;
      return;
    }
    result_.errorEnergy = weightErrorEnergy(weight_, result_.codes, result_.scales);
    for (Eigen::Index row = 0; row < weight_.rows(); ++row) {
      result_.outputEnergy.push_back(weight_.row(row).cast<double>().squaredNorm());
    }
  }

  const MatrixF& weight_;
  const Feedback& feedback_;
  const InputStatistics* statistics_;
  const LayerOptions& options_;
  IntegerRange range_;
  AxeOptions axe_;
  bool searchesScales_;
  std::optional<BudgetProjection> projection_;
  MatrixF projected_;  // the weights, with projection_
  QuantizedWeights result_;
};

}  // namespace

bool needsStatistics(const LayerOptions& options) {
  return options.algorithm != Algorithm::rtn || options.refineSweeps > 0 || options.constraint == Constraint::axeInputs;
}

std::vector<Result<QuantizedWeights>> quantizeWeights(const MatrixF& weight,
                                                      const std::optional<std::vector<double>>& givenScales,
                                                      const Feedback& feedback, const InputStatistics* statistics,
                                                      std::span<const LayerOptions> settings) {
  std::vector<std::unique_ptr<Setting>> all;
  std::vector<RecurrenceRows> stack;
  std::vector<std::size_t> stacked;  // which settings these are
  for (const LayerOptions& options : settings) {
    assert(statistics != nullptr || !needsStatistics(options));
    all.push_back(std::make_unique<Setting>(weight, givenScales, feedback, statistics, options));
    if (auto rows = all.back()->rows()) {
      stack.push_back(*rows);
      stacked.push_back(all.size() - 1);
    }
  }
  std::vector<std::optional<CodeMatrix>> codes(all.size());
  std::vector<CodeMatrix> together = quantizeGreedily(stack, feedback);
  for (std::size_t i = 0; i < stacked.size(); ++i) codes[stacked[i]] = std::move(together[i]);
  std::vector<std::optional<Result<QuantizedWeights>>> finished(all.size());
  parallelFor(all.size(), [&](std::size_t i) { finished[i] = std::move(*all[i]).finish(std::move(codes[i])); });
  std::vector<Result<QuantizedWeights>> results;
  for (auto& one : finished) results.push_back(*std::move(one));
  return results;
}

Result<QuantizedWeights> quantizeWeights(const MatrixF& weight, const std::optional<std::vector<double>>& givenScales,
                                         const Feedback& feedback, const InputStatistics* statistics,
                                         const LayerOptions& options) {
  return std::move(quantizeWeights(weight, givenScales, feedback, statistics, std::span(&options, 1)).front());
}

}  // namespace axescope
