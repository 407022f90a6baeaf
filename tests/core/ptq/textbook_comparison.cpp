// SPDX-License-Identifier: GPL-3.0-or-later
#include "textbook_comparison.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/number/weight_quantizer.h"

namespace axescope::testing {

void RecurrenceSetting::drawMultipliers(std::vector<double>& scales, std::mt19937& random) {
  CodeMatrix drawn(shape.channels, axe.tiling.tiles());
  for (std::int16_t& m : drawn.reshaped()) m = static_cast<std::int16_t>(1 + random() % 5);
  multipliers = {axe.tiling, drawn};
  for (double& scale : scales) scale /= 3.0;
}

std::vector<std::int64_t> RecurrenceSetting::visitingOrder(const RandomLayer& layer) const {
  std::vector<std::int64_t> order = energyOrder(layer.quantized);
  if (!actOrder) std::ranges::sort(order);
  return order;
}

std::string RecurrenceSetting::describe() const {
  return std::string(name(quantizer)) + " algorithm " + std::to_string(static_cast<int>(algorithm)) + " K " +
         std::to_string(shape.k) + " N " + std::to_string(shape.activationBits) + " encoding " +
         std::to_string(static_cast<int>(shape.encoding)) + " M " + std::to_string(weightBits) + " constrained " +
         std::to_string(constrained) + " P " + std::to_string(axe.innerBits) + " T " +
         std::to_string(axe.tiling.tileSize) + " grouped " + std::to_string(!multipliers.allOnes()) + " act-order " +
         std::to_string(actOrder) + " soft " + std::to_string(axe.soft) + " strict " + std::to_string(axe.strict);
}

CodeMatrix recurrenceCodes(const RecurrenceSetting& setting, const RandomLayer& layer,
                           const std::vector<double>& scales) {
  const auto matrices = feedback(layer.statistics(), {setting.algorithm, setting.actOrder, 0.01}, "layer");
  EXPECT_TRUE(matrices.has_value());
  const RecurrenceOptions options{setting.levels(), setting.errorReference,
                                  setting.constrained ? &setting.axe : nullptr};
  return quantizeGreedily(layer.weight, scales, *matrices, options, &setting.multipliers);
}

ReferenceAnswer textbookCodes(const RecurrenceSetting& setting, const RandomLayer& layer,
                              const std::vector<double>& scales) {
  ReferenceOptions options;
  options.codes = weightCodeRange(setting.weightBits, WeightRange::narrow);
  const WeightLevels levels = setting.levels();
  options.levels.assign(levels.magnitudes().begin(), levels.magnitudes().end());
  options.shapedErrorReference = setting.errorReference == ErrorReference::shaped;
  options.order = setting.visitingOrder(layer);
  if (setting.constrained) {
    options.constraint = {setting.axe.soft,
                          setting.axe.strict,
                          setting.axe.innerBits,
                          setting.axe.tiling.tileSize,
                          setting.axe.activations.low,
                          setting.axe.activations.high,
                          setting.axe.slack == Slack::half};
  }
  const MatrixD weight = layer.weight.cast<double>();
  if (!setting.multipliers.allOnes()) {
    options.multipliers = weight;
    for (Eigen::Index c = 0; c < weight.rows(); ++c) {
      for (Eigen::Index k = 0; k < weight.cols(); ++k) {
        options.multipliers(c, k) = static_cast<double>(setting.multipliers.ofColumn(c, k));
      }
    }
  }
  const MatrixD x = layer.inputs.cast<double>();
  if (setting.algorithm == Algorithm::gpfq) return textbookGpfq(weight, scales, x, layer.quantized, options);
  if (setting.algorithm == Algorithm::qronos) return textbookQronos(weight, scales, x, layer.quantized, 0.01, options);
  return inverseHessianOptq(weight, scales, setting.algorithm == Algorithm::optqCorrected ? &x : nullptr,
                            layer.quantized, 0.01, options);
}

void CodeTally::compare(const RecurrenceSetting& setting, const RandomLayer& layer, const std::vector<double>& scales) {
  constexpr double tie = 1e-3;
  const CodeMatrix ours = recurrenceCodes(setting, layer, scales);
  const ReferenceAnswer answer = textbookCodes(setting, layer, scales);
  const std::vector<std::int64_t> order = setting.visitingOrder(layer);
  codes += ours.size();
  for (Eigen::Index c = 0; c < ours.rows(); ++c) {
    bool parted = false;
    for (const std::int64_t column : order) {
      if (ours(c, column) == answer.codes(c, column)) continue;
      ++different;
      if (!parted) {
        EXPECT_LT(answer.margins(c, column), tie) << setting.describe() << " channel " << c << " column " << column;
      }
      parted = true;
    }
  }
}

}  // namespace axescope::testing
