// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/ptq/bias_correction.h"

#include <gtest/gtest.h>

#include "random_layer.h"

namespace axescope {
namespace {

using testing::randomLayer;

// The mean of w X − q̂ X̃, sample by sample in float64.
TEST(BiasCorrection, IsTheMeanErrorOfTheSamples) {
  std::mt19937 random(11);
  for (const auto encoding : {ActivationEncoding::asymmetric, ActivationEncoding::centred,
                              ActivationEncoding::signedSymmetric, ActivationEncoding::unsignedSymmetric}) {
    for (const int bits : {2, 4, 8, 12}) {
      const auto layer = randomLayer({.channels = 7,
                                      .k = 1 + static_cast<std::int64_t>(random() % 90),
                                      .samples = 100 + static_cast<std::int64_t>(random() % 3000),
                                      .activationBits = bits,
                                      .encoding = encoding,
                                      .deadInputs = random() % 2 == 0},
                                     random);
      CodeMatrix codes(7, layer.weight.cols());
      for (std::int16_t& code : codes.reshaped()) code = static_cast<std::int16_t>(random() % 15) - 7;
      const std::vector<double> scales(7, 0.03);
      const auto means = meanOutputError(layer.statistics(), layer.weight, codes, scales);
      const auto samples = static_cast<double>(layer.inputs.rows());
      for (Eigen::Index channel = 0; channel < 7; ++channel) {
        const VectorD expected = layer.inputs.cast<double>() * layer.weight.row(channel).cast<double>().transpose() -
                                 layer.quantized * (0.03 * codes.row(channel).cast<double>().transpose());
        const double energy = layer.outputError(channel, codes, 0.03);
        EXPECT_NEAR(means[static_cast<std::size_t>(channel)], expected.sum() / samples,
                    1e-7 * std::sqrt(energy / samples) + 1e-12)
            << bits << " bits, channel " << channel;
      }
    }
  }
}

TEST(BiasCorrection, WithoutSamplesNothingIsKnown) {
  StatisticsAccumulator none(MatrixF::Ones(2, 3), ActivationQuantizer{});
  EXPECT_EQ(meanOutputError(none.finish(), MatrixF::Ones(2, 3), CodeMatrix::Zero(2, 3), std::vector{1.0, 1.0}),
            (std::vector{0.0, 0.0}));
}

}  // namespace
}  // namespace axescope
