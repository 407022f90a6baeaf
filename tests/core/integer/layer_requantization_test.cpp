// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/integer/layer_requantization.h"

#include <gtest/gtest.h>

namespace axescope {
namespace {

QuantizedLayer smallLayer() {
  QuantizedLayer layer;
  layer.input = {.scale = 0.02, .zeroPoint = 7, .bits = 8, .encoding = ActivationEncoding::asymmetric};
  layer.codes.resize(3, 2);
  layer.codes << 3, -4, 100, 27, 0, 1;
  layer.scales = {0.01, 0.003, 0.01};
  layer.bias = {0.5F, -1.25F, 0.0F};
  return layer;
}

const ActivationQuantizer target{.scale = 0.05, .zeroPoint = -100, .bits = 8, .encoding = ActivationEncoding::centred};

double exact(const QuantizedLayer& layer, std::size_t c, std::int64_t sum) {
  const std::int64_t codes = layer.codes.row(static_cast<Eigen::Index>(c)).cast<std::int64_t>().sum();
  return layer.input.scale * layer.scales[c] * static_cast<double>(sum - layer.input.zeroPoint * codes) +
         static_cast<double>(layer.bias[c]);
}

TEST(LayerRequantization, IsTheFloatScalingToHalfAStepAndAWord) {
  const QuantizedLayer layer = smallLayer();
  const auto requantizers = layerRequantizers(layer, target, {});
  for (std::size_t c = 0; c < 3; ++c) {
    for (std::int64_t sum = -2000; sum <= 30000; sum += 37) {
      const double steps = exact(layer, c, sum) / target.scale - 100.0;
      const double clipped = std::clamp(steps, -128.0, 127.0);
      EXPECT_NEAR(requantizers[c](sum), clipped, 0.51) << c << " " << sum;
    }
  }
}

TEST(LayerRequantization, FewerBitsAreWhatTheMultiplierHas) {
  const QuantizedLayer layer = smallLayer();
  for (const int bits : {2, 4, 8}) {
    for (const Requantizer& r : layerRequantizers(layer, target, {ScaleQuantization::fixedPoint, bits})) {
      EXPECT_LT(r.multiplier, 1 << bits);
      EXPECT_GT(r.multiplier, 0);
    }
  }
  QuantizedLayer shifts = smallLayer();
  shifts.input.scale = 0.03125;
  shifts.scales = {0.0078125, 0.00390625, 0.5};
  ActivationQuantizer to = target;
  to.scale = 0.0625;
  for (const Requantizer& r : layerRequantizers(shifts, to, {.scales = ScaleQuantization::powerOfTwo})) {
    EXPECT_EQ(r.multiplier, 1);
  }
}

TEST(LayerRequantization, SharedScalesAreIntegersTimesOneMultiplier) {
  QuantizedLayer layer = smallLayer();
  layer.scaleUnit = 0.001;
  layer.scales = {0.01, 0.003, 0.255};
  const auto requantizers = layerRequantizers(layer, target, {ScaleQuantization::shared, 8});
  EXPECT_EQ(requantizers[0].multiplier % 10, 0);
  const std::int64_t common = requantizers[0].multiplier / 10;
  EXPECT_EQ(requantizers[1].multiplier, 3 * common);
  EXPECT_EQ(requantizers[2].multiplier, 255 * common);
  EXPECT_EQ(requantizers[1].shift, requantizers[0].shift);
}

TEST(LayerRequantization, SharedScalesTooWideForLargeSumsAreMultipliersOfTheirOwn) {
  QuantizedLayer layer = smallLayer();
  constexpr int bits = 31;
  layer.scaleUnit = 0.01 / 0x1p30;
  layer.bias[0] = 1e8F;  // 5e11 steps of the accumulator
  ActivationQuantizer to = target;
  to.scale = 1e6;
  const auto requantizers = layerRequantizers(layer, to, {ScaleQuantization::shared, bits});
  for (std::size_t c = 0; c < 3; ++c) {
    for (const std::int64_t sum : {-30000, 0, 12345, 30000}) {
      EXPECT_NEAR(requantizers[c](sum), exact(layer, c, sum) / to.scale - 100.0, 0.51) << c << " " << sum;
    }
  }
}

// A batch norm that silenced a channel leaves weights next to nothing: in steps of its accumulator the bias is huge.
TEST(LayerRequantization, ABiasFarAboveItsAccumulatorStandsAlone) {
  QuantizedLayer layer = smallLayer();
  layer.scales[1] = 1e-30;
  const Requantizer silenced = layerRequantizers(layer, target, {})[1];
  for (const std::int64_t sum : {-30000, 0, 30000}) EXPECT_EQ(silenced(sum), -125);
}

}  // namespace
}  // namespace axescope
