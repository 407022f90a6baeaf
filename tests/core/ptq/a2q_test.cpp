// SPDX-License-Identifier: GPL-3.0-or-later
// Training against the same written a number at a time: outputs from the samples, gradients by finite differences.
#include "core/ptq/a2q.h"

#include <cmath>
#include <functional>
#include <limits>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/number/weight_quantizer.h"
#include "core/ptq/quantize_layer.h"
#include "random_layer.h"
#include "reference_quantizers.h"

namespace axescope {
namespace {

using testing::RandomLayer;
using testing::randomLayer;

constexpr double pi = 3.14159265358979323846;

// One channel's parameters in one vector: K directions, a log norm of each tile, a log scale.
class ReferenceChannel {
 public:
  ReferenceChannel(const RandomLayer& layer, Eigen::Index channel, double scale, const A2qOptions& options)
      : layer_(layer),
        o_(options),
        k_(layer.weight.cols()),
        target_(layer.inputs.cast<double>() * layer.weight.row(channel).cast<double>().transpose()),
        channel_(channel),
        budget_(static_cast<double>((std::int64_t{1} << (o_.innerBits - 1)) - 1)) {
    const double levels = static_cast<double>(o_.activations.high - o_.activations.low + 1);
    const bool isSigned = o_.activations.low < 0;
    budget_ = o_.budget == L1Budget::a2q ? std::floor(budget_ * (isSigned ? 2.0 : 1.0) / levels)
                                         : (std::ldexp(1.0, o_.innerBits) - 2.0) / (levels - 1.0);
    parameters_.assign(static_cast<std::size_t>(k_ + o_.tiling.tiles() + 1), 0.0);
    parameters_.back() = std::log2(scale);
    MatrixD start(1, k_);
    for (Eigen::Index k = 0; k < k_; ++k) {
      start(0, k) = alive(k) ? static_cast<double>(layer.weight(channel, k)) / scale : 0.0;
    }
    for (std::int64_t tile = 0; tile < o_.tiling.tiles(); ++tile) startTile(tile, start);
    first_ = testing::projectedTowardZero(start,
                                          {.innerBits = o_.innerBits,
                                           .tileSize = o_.tiling.tileSize,
                                           .activationLow = o_.activations.low,
                                           .activationHigh = o_.activations.high,
                                           .a2qBudget = o_.budget == L1Budget::a2q},
                                          o_.codes);
    keep(first_, scale);
  }

  void train() {
    std::vector<double> m(parameters_.size(), 0.0);
    std::vector<double> v(parameters_.size(), 0.0);
    for (int step = 1; step <= o_.steps; ++step) {
      keep(codes(parameters_), std::exp2(parameters_.back()));
      const std::vector<double> gradient = differences();
      const double decay = 0.5 * (1.0 + std::cos(pi * (step - 1) / o_.steps));
      for (std::size_t i = 0; i < parameters_.size(); ++i) {
        m[i] = 0.9 * m[i] + 0.1 * gradient[i];
        v[i] = 0.999 * v[i] + 0.001 * gradient[i] * gradient[i];
        const double rate = decay * 0.05;
        parameters_[i] -=
            rate * (m[i] / (1 - std::pow(0.9, step))) / (std::sqrt(v[i] / (1 - std::pow(0.999, step))) + 1e-12);
      }
    }
    keep(codes(parameters_), std::exp2(parameters_.back()));
  }

  CodeMatrix best;
  double bestScale = 0.0;
  double least = std::numeric_limits<double>::infinity();

 private:
  bool alive(Eigen::Index k) const { return layer_.quantized.col(k).squaredNorm() > 0.0; }
  double clip(double code) const {
    return std::clamp(code, static_cast<double>(o_.codes.low), static_cast<double>(o_.codes.high));
  }

  std::vector<double> centred(std::vector<double> part, std::int64_t begin) const {
    if (o_.budget == L1Budget::a2q) return part;
    double sum = 0.0;
    double count = 0.0;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (!alive(begin + static_cast<std::int64_t>(i))) continue;
      sum += part[i];
      count += 1.0;
    }
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (alive(begin + static_cast<std::int64_t>(i))) part[i] -= sum / count;
    }
    return part;
  }

  // Centred, then the ℓ₁ ball by bisection on what is taken off.
  void startTile(std::int64_t tile, MatrixD& start) {
    const std::int64_t begin = o_.tiling.begin(tile);
    const std::int64_t end = o_.tiling.end(tile);
    const std::vector<double> part = centred({start.row(0).begin() + begin, start.row(0).begin() + end}, begin);
    const auto norm = [&](double lambda) {
      double sum = 0.0;
      for (const double value : part) sum += std::max(std::abs(value) - lambda, 0.0);
      return sum;
    };
    double low = 0.0;
    double high = norm(0.0) <= budget_ ? 0.0 : 1e6;
    for (int i = 0; i < 200; ++i) (norm((low + high) / 2) > budget_ ? low : high) = (low + high) / 2;
    for (std::int64_t k = begin; k < end; ++k) {
      const double value = part[static_cast<std::size_t>(k - begin)];
      start(0, k) = value;
      const double size = std::max(std::abs(value) - high, 0.0);
      parameters_[static_cast<std::size_t>(k)] = value < 0 ? -size : size;
    }
    if (norm(high) > 0.0) {
      parameters_[static_cast<std::size_t>(k_ + tile)] = std::log2(norm(high)) + parameters_.back();
    }
  }

  // g/s · v/‖v‖₁ of all columns; a norm is clamped as it is at the parameters of the step, also beside them.
  std::vector<double> values(const std::vector<double>& p) const {
    const auto isFree = [&](std::int64_t tile) {
      return parameters_[static_cast<std::size_t>(k_ + tile)] <= std::log2(budget_) + parameters_.back() + 1e-9;
    };
    std::vector<double> all;
    for (std::int64_t tile = 0; tile < o_.tiling.tiles(); ++tile) {
      const std::int64_t begin = o_.tiling.begin(tile);
      const std::vector<double> part = centred({p.begin() + begin, p.begin() + o_.tiling.end(tile)}, begin);
      double norm = 0.0;
      for (const double value : part) norm += std::abs(value);
      const double log = isFree(tile) ? p[static_cast<std::size_t>(k_ + tile)] : std::log2(budget_) + p.back();
      for (const double value : part) all.push_back(norm > 0 ? value / norm * std::exp2(log - p.back()) : 0.0);
    }
    return all;
  }

  CodeMatrix codes(const std::vector<double>& p) const {
    CodeMatrix q(1, k_);
    const std::vector<double> z = values(p);
    for (Eigen::Index k = 0; k < k_; ++k) {
      q(0, k) = static_cast<std::int16_t>(clip(std::trunc(z[static_cast<std::size_t>(k)] * (1 + 1e-9))));
    }
    return q;
  }

  double relativeError(const Eigen::VectorXd& q, double scale) const {
    return (target_ - layer_.quantized * (scale * q)).squaredNorm() / target_.squaredNorm();
  }

  // Of the error in which truncation is a constant shift, and clipped codes are constants.
  std::vector<double> differences() const {
    const std::vector<double> z = values(parameters_);
    const CodeMatrix now = codes(parameters_);
    const auto surrogate = [&](const std::vector<double>& p) {
      const std::vector<double> moved = values(p);
      Eigen::VectorXd q(k_);
      for (Eigen::Index k = 0; k < k_; ++k) {
        const auto i = static_cast<std::size_t>(k);
        const bool inside = clip(std::trunc(z[i])) == std::trunc(z[i]);
        q[k] = static_cast<double>(now(0, k)) + (inside ? moved[i] - z[i] : 0.0);
      }
      double error = relativeError(q, std::exp2(p.back()));
      for (std::int64_t tile = 0; tile < o_.tiling.tiles(); ++tile) {
        const double above = p[static_cast<std::size_t>(k_ + tile)] - (std::log2(budget_) + p.back());
        error += above > 1e-9 ? 1e-3 * above : 0.0;
      }
      return error;
    };
    std::vector<double> gradient;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
      if (i < static_cast<std::size_t>(k_) && !alive(static_cast<Eigen::Index>(i))) {
        gradient.push_back(0.0);
        continue;
      }
      constexpr double h = 1e-6;
      std::vector<double> up = parameters_;
      std::vector<double> down = parameters_;
      up[i] += h;
      down[i] -= h;
      gradient.push_back((surrogate(up) - surrogate(down)) / (2 * h));
    }
    return gradient;
  }

  void keep(const CodeMatrix& q, double scale) {
    if (!Certificate(q, o_.tiling, o_.activations, o_.innerBits, 0).guaranteed()) return;
    const double error = relativeError(q.row(0).cast<double>().transpose(), scale);
    if (!(error < least)) return;
    least = error;
    best = q;
    bestScale = scale;
  }

  const RandomLayer& layer_;
  const A2qOptions& o_;
  Eigen::Index k_;
  Eigen::VectorXd target_;
  Eigen::Index channel_;
  double budget_;
  std::vector<double> parameters_;
  CodeMatrix first_;
};

TEST(A2q, TrainsAsWrittenANumberAtATime) {
  std::mt19937 random(71);
  int channels = 0;
  int same = 0;
  int moved = 0;
  for (int round = 0; round < 40; ++round) {
    const auto encoding = round % 3 == 0 ? ActivationEncoding::centred : ActivationEncoding::asymmetric;
    const std::int64_t k = 6 + static_cast<std::int64_t>(random() % 12);
    const RandomLayer layer =
        randomLayer({.channels = 4, .k = k, .samples = 60, .encoding = encoding, .deadInputs = round % 4 == 1}, random);
    const std::vector<double> scales =
        weightScales(layer.weight, weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax);
    const A2qOptions options{.budget = round % 2 == 0 ? L1Budget::a2q : L1Budget::a2qPlus,
                             .innerBits = 11 + static_cast<int>(random() % 4),
                             .tiling = Tiling::of(k, round % 5 == 0 ? 0 : 5),
                             .activations = layer.quantizer.range(),
                             .steps = 12};
    const InputStatistics statistics = layer.statistics();
    const ScaledCodes found = *trainA2q(layer.weight, layer.weight, scales, statistics, options, {});
    const CodeMatrix start = a2qStart(layer.weight, scales, statistics, options);
    for (Eigen::Index c = 0; c < 4; ++c) {
      const auto index = static_cast<std::size_t>(c);
      ReferenceChannel reference(layer, c, scales[index], options);
      reference.train();
      ++channels;
      const bool sameScale = std::abs(found.scales[index] / reference.bestScale - 1.0) < 1e-3;
      if (sameScale && found.codes.row(c) == reference.best.row(0)) ++same;
      if (found.codes.row(c) != start.row(c)) ++moved;
    }
  }
  // Float32 products move a value across a truncation, or the sign of a gradient near zero, now and then.
  EXPECT_GE(same, channels * 9 / 10) << same << " of " << channels;
  EXPECT_GE(moved, channels / 2);
  std::cout << same << " of " << channels << " channels end at the same codes and scale\n";
}

class A2qOfALayer : public ::testing::TestWithParam<Algorithm> {
 protected:
  A2qOfALayer() {
    std::mt19937 random(72);
    layer_ = randomLayer({.channels = 130, .k = 150, .samples = 700, .deadInputs = true}, random);
    statistics_ = layer_.statistics();
  }

  QuantizedWeights quantized(LayerOptions options,
                             const std::optional<std::vector<double>>& scales = std::nullopt) const {
    options.algorithm = GetParam();
    options.activations = layer_.quantizer.range();
    options.trainingSteps = 40;
    const auto matrices = feedback(statistics_, {options.algorithm, false, 0.01}, "layer");
    auto result = quantizeWeights(layer_.weight, scales, *matrices, &statistics_, options);
    EXPECT_TRUE(result.has_value()) << result.error().line();
    return *result;
  }

  RandomLayer layer_;
  InputStatistics statistics_;
};

TEST_P(A2qOfALayer, AWideAccumulatorGivesTheUnconstrainedMethodBitForBit) {
  for (const WeightScale scale : {WeightScale::absmax, WeightScale::budget}) {
    LayerOptions options{.constraint = Constraint::none, .weightScale = scale, .tileSize = 64};
    const QuantizedWeights free = quantized(options);
    for (const Constraint constraint : {Constraint::axe, Constraint::epInit, Constraint::axeSoft}) {
      options.constraint = constraint;
      options.innerBits = 32;
      const QuantizedWeights wide = quantized(options);
      EXPECT_EQ(wide.codes, free.codes);
      EXPECT_EQ(wide.scales, free.scales);
      options.innerBits = 13;
      EXPECT_NE(quantized(options).codes, free.codes) << "a narrow accumulator must change something";
    }
  }
}

TEST_P(A2qOfALayer, NothingDependsOnTheNumberOfThreads) {
  const LayerOptions options{.innerBits = 14, .tileSize = 32};
  QuantizedWeights one;
  QuantizedWeights two;
  withThreads(1, [&] { one = quantized(options); });
  withThreads(2, [&] { two = quantized(options); });
  EXPECT_EQ(one.codes, two.codes);
  EXPECT_EQ(one.scales, two.scales);
}

TEST_P(A2qOfALayer, StopsWhenAsked) {
  std::stop_source source;
  source.request_stop();
  const Job job{.stop = source.get_token(), .onProgress = {}};
  for (const Preprocess preprocess : {Preprocess::none, Preprocess::magr}) {
    LayerOptions options{.algorithm = GetParam(), .trainingSteps = 1'000'000, .preprocess = preprocess};
    options.activations = layer_.quantizer.range();
    const auto result = quantizeWeights(layer_.weight, std::nullopt, rtnFeedback(150), &statistics_, options, job);
    ASSERT_FALSE(result.has_value());
    EXPECT_EQ(result.error().code, ErrorCode::cancelled);
  }
}

TEST_P(A2qOfALayer, DeadInputsGetCodeZeroAndGivenScalesStay) {
  const std::vector<double> given(130, 0.4);
  const QuantizedWeights result = quantized({.innerBits = 15, .tileSize = 50}, given);
  EXPECT_EQ(result.scales, given);
  for (std::int64_t i = 3; i < 150; i += 7) EXPECT_TRUE((result.codes.col(i).array() == 0).all());
  EXPECT_GT((result.codes.array() != 0).count(), 1000);
}

INSTANTIATE_TEST_SUITE_P(Both, A2qOfALayer, ::testing::Values(Algorithm::a2q, Algorithm::a2qPlus));

}  // namespace
}  // namespace axescope
