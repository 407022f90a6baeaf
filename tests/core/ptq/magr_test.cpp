// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/magr.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/linalg/largest_eigenvalue.h"
#include "core/ptq/budget_scale.h"
#include "core/ptq/quantize_layer.h"
#include "random_layer.h"

namespace axescope {
namespace {

using testing::RandomLayer;
using testing::randomLayer;

double eigenvalueOf(const RandomLayer& layer) {
  const Eigen::MatrixXd s = layer.quantized.transpose() * layer.quantized;
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(s).eigenvalues().maxCoeff();
}

double objective(const RandomLayer& layer, Eigen::Index channel, const Eigen::VectorXd& w, double alpha,
                 double eigenvalue) {
  const Eigen::VectorXd given = layer.weight.row(channel).cast<double>().transpose();
  return 0.5 * (layer.quantized * (w - given)).squaredNorm() / eigenvalue +
         alpha * given.cwiseAbs().maxCoeff() * w.cwiseAbs().maxCoeff();
}

// min over u of ½‖u − v‖² + radius·‖u‖_∞ by bisection on the magnitude m at which all are cut: what is cut off sums
// to the radius.
Eigen::VectorXd proximal(const Eigen::VectorXd& v, double radius) {
  const auto cutOff = [&](double m) { return (v.cwiseAbs().array() - m).max(0.0).sum(); };
  double low = 0.0;
  double high = v.cwiseAbs().maxCoeff();
  if (cutOff(0.0) <= radius) high = 0.0;
  for (int i = 0; i < 200; ++i) (cutOff((low + high) / 2) > radius ? low : high) = (low + high) / 2;
  return v.cwiseMax(-high).cwiseMin(high);
}

TEST(Magr, TakesTheProximalStepsOfItsObjective) {
  std::mt19937 random(81);
  for (int round = 0; round < 12; ++round) {
    const RandomLayer layer =
        randomLayer({.channels = 3, .k = 10 + 7 * round, .samples = 150, .deadInputs = round % 3 == 1}, random);
    const double eigenvalue = eigenvalueOf(layer);
    const InputStatistics statistics = layer.statistics();
    EXPECT_NEAR(largestEigenvalue(statistics.s), eigenvalue, 1e-3 * eigenvalue);
    const double alpha = std::vector{1e-3, 1e-2, 0.3}[static_cast<std::size_t>(round % 3)];
    const MatrixF found = *reduceMagnitudes(layer.weight, statistics, alpha, {});
    for (Eigen::Index c = 0; c < 3; ++c) {
      const Eigen::VectorXd given = layer.weight.row(c).cast<double>().transpose();
      const double largest = given.cwiseAbs().maxCoeff();
      Eigen::VectorXd w = given;
      double before = objective(layer, c, w, alpha, eigenvalue);
      for (int i = 0; i < magrIterations; ++i) {
        const Eigen::VectorXd step = layer.quantized.transpose() * (layer.quantized * (w - given)) / eigenvalue;
        w = proximal(w - step, alpha * largest);
        const double now = objective(layer, c, w, alpha, eigenvalue);
        ASSERT_LE(now, before * (1 + 1e-12));
        before = now;
      }
      const Eigen::VectorXd ours = found.row(c).cast<double>().transpose();
      EXPECT_LT((ours - w).cwiseAbs().maxCoeff(), 2e-3 * largest) << "round " << round << " channel " << c;
      EXPECT_NEAR(objective(layer, c, ours, alpha, eigenvalue), before, 1e-3 * before);
      EXPECT_LT(ours.cwiseAbs().maxCoeff(), largest);
    }
  }
}

TEST(Magr, MakesTheLargestWeightsSmallerAndHardlyChangesTheOutput) {
  std::mt19937 random(82);
  const RandomLayer layer = randomLayer({.channels = 40, .k = 160, .samples = 900}, random);
  const MatrixF found = *reduceMagnitudes(layer.weight, layer.statistics(), 1e-3, {});
  double ratios = 0.0;
  for (Eigen::Index c = 0; c < 40; ++c) {
    const float ratio = found.row(c).cwiseAbs().maxCoeff() / layer.weight.row(c).cwiseAbs().maxCoeff();
    EXPECT_LT(ratio, 1.0F) << "channel " << c;
    ratios += static_cast<double>(ratio);
    const Eigen::VectorXd output = layer.quantized * layer.weight.row(c).cast<double>().transpose();
    const Eigen::VectorXd moved = layer.quantized * found.row(c).cast<double>().transpose();
    EXPECT_LT((moved - output).norm(), 0.05 * output.norm()) << "channel " << c;
  }
  EXPECT_LT(ratios / 40.0, 0.97);
}

TEST(Magr, OfStrengthZeroIsTheIdentityBitForBit) {
  std::mt19937 random(83);
  RandomLayer layer = randomLayer({.channels = 70, .k = 90, .deadInputs = true}, random);
  layer.weight.row(3).setZero();
  const InputStatistics statistics = layer.statistics();
  EXPECT_EQ(*reduceMagnitudes(layer.weight, statistics, 0.0, {}), layer.weight);
  for (const Algorithm algorithm : {Algorithm::rtn, Algorithm::optq, Algorithm::a2q}) {
    const auto matrices = feedback(statistics, {algorithm, false, 0.01}, "layer");
    LayerOptions options{
        .algorithm = algorithm, .weightScale = WeightScale::budget, .innerBits = 14, .refineSweeps = 2};
    options.activations = layer.quantizer.range();
    const auto plain = quantizeWeights(layer.weight, std::nullopt, *matrices, &statistics, options);
    options.preprocess = Preprocess::magr;
    options.magrAlpha = 0.0;
    const auto same = quantizeWeights(layer.weight, std::nullopt, *matrices, &statistics, options);
    ASSERT_TRUE(plain && same);
    EXPECT_EQ(plain->codes, same->codes);
    EXPECT_EQ(plain->errorEnergy, same->errorEnergy);
    options.magrAlpha = 0.01;
    EXPECT_NE(quantizeWeights(layer.weight, std::nullopt, *matrices, &statistics, options)->codes, plain->codes);
  }
}

// What is quantized is w', what the error is against is w.
TEST(Magr, ErrorsAreAgainstTheWeightsAsGiven) {
  std::mt19937 random(84);
  const RandomLayer layer = randomLayer({.channels = 10, .k = 60, .samples = 400}, random);
  const InputStatistics statistics = layer.statistics();
  const auto matrices = feedback(statistics, {Algorithm::optq, false, 0.01}, "layer");
  for (const WeightScale scale : {WeightScale::absmax, WeightScale::budget}) {
    LayerOptions options{.constraint = Constraint::none, .weightScale = scale, .preprocess = Preprocess::magr};
    options.activations = layer.quantizer.range();
    const auto result = quantizeWeights(layer.weight, std::nullopt, *matrices, &statistics, options);
    ASSERT_TRUE(result);
    const auto scales = weightScales(*reduceMagnitudes(layer.weight, statistics, options.magrAlpha, {}),
                                     weightCodeRange(4, WeightRange::narrow), WeightScaleRule::absmax);
    for (Eigen::Index c = 0; c < 10; ++c) {
      const auto index = static_cast<std::size_t>(c);
      const double expected = layer.outputError(c, result->codes, result->scales[index]);
      EXPECT_NEAR(result->errorEnergy[index], expected, 1e-4 * expected);
      std::vector<double> reachable{scales[index]};
      if (scale == WeightScale::budget) {
        for (const SearchRound& round : scaleSearchRounds()) {
          std::vector<double> next;
          for (const double start : reachable) {
            for (const double multiple : round.multiples) next.push_back(multiple * start);
          }
          reachable = std::move(next);
        }
      }
      const bool ofReduced = std::find(reachable.begin(), reachable.end(), result->scales[index]) != reachable.end();
      EXPECT_TRUE(ofReduced) << "channel " << c;
    }
  }
}

TEST(Magr, DoesNotDependOnTheNumberOfThreads) {
  std::mt19937 random(85);
  const RandomLayer layer = randomLayer({.channels = 200, .k = 130}, random);
  const InputStatistics statistics = layer.statistics();
  MatrixF one;
  MatrixF two;
  withThreads(1, [&] { one = *reduceMagnitudes(layer.weight, statistics, 0.01, {}); });
  withThreads(2, [&] { two = *reduceMagnitudes(layer.weight, statistics, 0.01, {}); });
  EXPECT_EQ(one, two);
}

}  // namespace
}  // namespace axescope
