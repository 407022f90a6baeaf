// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/statistics.h"

#include <gtest/gtest.h>

#include "core/ptq/layer_error.h"
#include "random_layer.h"

namespace axescope {
namespace {

using testing::randomLayer;

TEST(Statistics, SIsExactAndShiftAgreesWithFloat64) {
  std::mt19937 random(1);
  for (const auto encoding : {ActivationEncoding::asymmetric, ActivationEncoding::centred,
                              ActivationEncoding::signedSymmetric, ActivationEncoding::unsignedSymmetric}) {
    const auto layer = randomLayer({.channels = 5, .k = 150, .samples = 2500, .encoding = encoding}, random);
    const InputStatistics statistics = layer.statistics();
    const MatrixD s = layer.quantized.transpose() * layer.quantized;
    const MatrixD g = layer.inputs.cast<double>().transpose() * layer.quantized;
    EXPECT_LE((statistics.s - s).cwiseAbs().maxCoeff(), 1e-12 * s.cwiseAbs().maxCoeff());
    EXPECT_LE((statistics.s + statistics.shift - g).cwiseAbs().maxCoeff(), 1e-6 * g.cwiseAbs().maxCoeff());
    EXPECT_EQ(statistics.s, statistics.s.transpose());
    EXPECT_EQ(statistics.samples, 2500);
  }
}

TEST(Statistics, DoNotDependOnHowSamplesArriveInWholeBatches) {
  std::mt19937 random(2);
  const auto layer = randomLayer({.channels = 3, .k = 30, .samples = 3000}, random);
  StatisticsAccumulator pieces(layer.weight, layer.quantizer);
  for (const auto& [first, count] : {std::pair<std::int64_t, std::int64_t>{0, 1024}, {1024, 1024}, {2048, 952}}) {
    pieces.add(&layer.inputs(first, 0), 30, &layer.codes(first, 0), 30, count);
  }
  EXPECT_EQ(pieces.finish().s, layer.statistics().s);
}

TEST(LayerError, EqualsTheErrorOfTheOutputs) {
  std::mt19937 random(3);
  const auto layer = randomLayer({.channels = 6, .k = 90, .samples = 700}, random);
  CodeMatrix codes(6, 90);
  for (Eigen::Index i = 0; i < codes.size(); ++i) codes.data()[i] = static_cast<std::int16_t>(random() % 15) - 7;
  const std::vector<double> scales{0.2, 0.3, 0.4, 0.5, 0.1, 0.25};
  const InputStatistics statistics = layer.statistics();
  const std::vector<double> energy = errorEnergy(layer.weight, codes, scales, statistics);
  for (Eigen::Index c = 0; c < 6; ++c) {
    const Eigen::VectorXd target = layer.inputs.cast<double>() * layer.weight.row(c).cast<double>().transpose();
    const Eigen::VectorXd got =
        layer.quantized * (scales[static_cast<std::size_t>(c)] * codes.row(c).cast<double>()).transpose();
    const double expected = (target - got).squaredNorm();
    EXPECT_NEAR(energy[static_cast<std::size_t>(c)], expected, 1e-4 * expected);
    EXPECT_NEAR(statistics.outputEnergy[static_cast<std::size_t>(c)], target.squaredNorm(),
                1e-5 * target.squaredNorm());
  }
}

}  // namespace
}  // namespace axescope
