// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/quantize_layer.h"

#include <cassert>

#include "core/ptq/budget_scale.h"
#include "core/ptq/ep_init.h"
#include "core/ptq/layer_error.h"
#include "core/ptq/refine.h"

namespace axescope {

namespace {

// The algorithm under its constraint, for one set of scales; rows may be stacked.
CodeMatrix quantizeRows(const MatrixF& weight, std::span<const double> scales, const Feedback& feedback,
                        const LayerOptions& options, const AxeOptions& axe) {
  const IntegerRange range = weightCodeRange(options.weightBits, options.weightRange);
  if (options.constraint == Constraint::epInit && options.algorithm == Algorithm::rtn) {
    MatrixD values = weight.cast<double>();
    for (Eigen::Index row = 0; row < values.rows(); ++row) values.row(row) /= scales[static_cast<std::size_t>(row)];
    return epInit(values, axe, range);
  }
  const bool shaped = options.constraint != Constraint::none && options.constraint != Constraint::epInit;
  const RecurrenceOptions recurrence{range, options.errorReference, shaped ? &axe : nullptr};
  CodeMatrix codes = quantizeGreedily(weight, scales, feedback, recurrence);
  if (options.constraint == Constraint::epInit) codes = epInit(codes.cast<double>(), axe, range);
  return codes;
}

bool promisesCertificate(Constraint constraint) {
  return constraint == Constraint::epInit || constraint == Constraint::axeStrict || constraint == Constraint::axe;
}

}  // namespace

bool needsStatistics(const LayerOptions& options) {
  return options.algorithm != Algorithm::rtn || options.refineSweeps > 0;
}

Result<QuantizedWeights> quantizeWeights(const MatrixF& weight, const std::optional<std::vector<double>>& givenScales,
                                         const Feedback& feedback, const InputStatistics* statistics,
                                         const LayerOptions& options) {
  assert(statistics != nullptr || !needsStatistics(options));
  const Tiling tiling = Tiling::of(weight.cols(), options.tileSize);
  const AxeOptions axe{.soft = options.constraint != Constraint::axeStrict,
                       .strict = options.constraint != Constraint::axeSoft,
                       .innerBits = options.innerBits,
                       .tiling = tiling,
                       .activations = options.activations,
                       .slack = options.slack};
  const auto quantize = [&](const MatrixF& rows, std::span<const double> scales) {
    return quantizeRows(rows, scales, feedback, options, axe);
  };
  QuantizedWeights result;
  const WeightScaleRule rule = options.weightScale == WeightScale::mse ? WeightScaleRule::mse : WeightScaleRule::absmax;
  result.scales = givenScales ? *givenScales : weightScales(weight, options.weightBits, options.weightRange, rule);
  if (options.weightScale == WeightScale::budget && !givenScales) {
    ScaledCodes best = searchScales(weight, result.scales, statistics, quantize);
    result.codes = std::move(best.codes);
    result.scales = std::move(best.scales);
  } else {
    result.codes = quantize(weight, result.scales);
  }
  const bool guaranteed = promisesCertificate(options.constraint);
  if (options.refineSweeps > 0) {
    refine(weight, result.scales, *statistics, weightCodeRange(options.weightBits, options.weightRange),
           guaranteed ? &axe : nullptr, options.refineSweeps, result.codes);
  }
  if (guaranteed) {
    const Certificate certificate(result.codes, tiling, options.activations, options.innerBits, 0);
    if (!certificate.guaranteed()) {
      return fail(ErrorCode::numerical, {}, {}, "codes within their accumulator budget",
                  "a budget broken by the quantizer; please report this");
    }
  }
  if (statistics != nullptr) {
    result.errorEnergy = outputErrorEnergy(*statistics, weight, result.codes, result.scales, 0, weight.rows());
    result.outputEnergy = statistics->outputEnergy;
  } else {
    result.errorEnergy = weightErrorEnergy(weight, result.codes, result.scales);
    for (Eigen::Index row = 0; row < weight.rows(); ++row) {
      result.outputEnergy.push_back(weight.row(row).cast<double>().squaredNorm());
    }
  }
  return result;
}

}  // namespace axescope
