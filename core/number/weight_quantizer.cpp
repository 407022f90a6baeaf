// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/number/weight_quantizer.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>

namespace axescope {

namespace {

constexpr int thresholdSteps = 20;
constexpr int leastThresholdStep = 2;
constexpr int mostThresholdStepOfLevels = 30;

// Eight sums side by side, whatever the machine: the same bits everywhere, and room for vector units.
template <class Nearest>
double squaredRoundingError(std::span<const float> row, double scale, const Nearest& nearest) {
  constexpr std::size_t lanes = 8;
  const auto squaredError = [&](float weight) {
    const auto w = static_cast<double>(weight);
    const double error = w - scale * nearest(w / scale);
    return error * error;
  };
  std::array<double, lanes> sums{};
  std::size_t k = 0;
  for (; k + lanes <= row.size(); k += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane) sums[lane] += squaredError(row[k + lane]);
  }
  for (std::size_t lane = 0; k < row.size(); ++k, ++lane) sums[lane] += squaredError(row[k]);
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

double squaredRoundingError(std::span<const float> row, double scale, const WeightLevels& levels) {
  if (!levels.isUniform()) {
    return squaredRoundingError(row, scale, [&](double value) { return levels.nearest(value); });
  }
  const auto low = static_cast<double>(levels.range().low);
  const auto high = static_cast<double>(levels.range().high);
  return squaredRoundingError(row, scale, [=](double value) { return std::clamp(roundHalfEven(value), low, high); });
}

double squaredRoundingError(std::span<const float> row, double scale, const WeightLevels& levels, std::int64_t partSize,
                            std::span<const std::int16_t> multipliers) {
  double sum = 0.0;
  for (std::size_t part = 0; part < multipliers.size(); ++part) {
    const std::size_t begin = part * static_cast<std::size_t>(partSize);
    const std::size_t length = std::min(static_cast<std::size_t>(partSize), row.size() - begin);
    sum += squaredRoundingError(row.subspan(begin, length), scale * multipliers[part], levels);
  }
  return sum;
}

}  // namespace

double largestMagnitude(std::span<const float> weights) {
  float largest = 0.0F;
  for (const float w : weights) largest = std::max(largest, std::abs(w));
  return static_cast<double>(largest);
}

double leastErrorScale(std::span<const float> row, double start, const WeightLevels& levels, std::int64_t partSize,
                       std::span<const std::int16_t> multipliers) {
  const int most = levels.isUniform() ? thresholdSteps : mostThresholdStepOfLevels;
  double best = start;
  double leastError = std::numeric_limits<double>::infinity();
  for (int step = most; step >= leastThresholdStep; --step) {
    const double scale = step == thresholdSteps ? start : start * step / thresholdSteps;
    const double error = squaredRoundingError(row, scale, levels, partSize, multipliers);
    if (error < leastError) {
      leastError = error;
      best = scale;
    }
  }
  return best;
}

std::vector<double> weightScales(const MatrixF& weight, const WeightLevels& levels, WeightScaleRule rule) {
  const auto end = static_cast<double>(-levels.range().low);
  assert(end > 0.0);
  std::vector<double> scales(static_cast<std::size_t>(weight.rows()), 1.0);
  for (Eigen::Index c = 0; c < weight.rows(); ++c) {
    const std::span row(weight.data() + c * weight.cols(), static_cast<std::size_t>(weight.cols()));
    const double absmaxScale = largestMagnitude(row) / end;
    if (absmaxScale == 0.0) continue;
    scales[static_cast<std::size_t>(c)] =
        rule == WeightScaleRule::absmax
            ? absmaxScale
            : leastErrorScale(row, absmaxScale, levels, weight.cols(), std::array<std::int16_t, 1>{1});
  }
  return scales;
}

}  // namespace axescope
