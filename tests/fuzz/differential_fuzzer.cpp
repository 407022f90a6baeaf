// SPDX-License-Identifier: GPL-3.0-or-later
// Fast ways against their slow truths on random layers and settings: the emulator, bit for bit in every order of
// accumulation, and the recurrence against the papers' own steps. The input is the seed.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <gtest/gtest.h>

#include "core/budget/certificate.h"
#include "core/number/weight_quantizer.h"
#include "core/ptq/recurrence.h"
#include "tests/core/datapath/random_layer.h"
#include "tests/core/ptq/random_layer.h"
#include "tests/core/ptq/reference_quantizers.h"

namespace axescope {
namespace {

template <class T>
T pick(std::mt19937& random, std::initializer_list<T> values) {
  return *(values.begin() + static_cast<std::ptrdiff_t>(random() % values.size()));
}

void emulate(std::mt19937& random) {
  EmulatedLayer layer = drawLayer(random);
  layer.order = {orderRules[random() % orderRules.size()], random()};
  expectBitForBit(layer);
}

/// Codes may part from the reference only where that stood at a rounding tie, and what a strict budget promises holds.
void quantize(std::mt19937& random) {
  testing::RandomLayerShape shape;
  shape.k = pick<std::int64_t>(random, {1, 2, 9, 65, 130});
  shape.channels = 4;
  shape.samples = 2 * shape.k + 60;
  shape.activationBits = pick(random, {2, 4, 8});
  shape.encoding = pick(random, {ActivationEncoding::asymmetric, ActivationEncoding::centred,
                                 ActivationEncoding::signedSymmetric, ActivationEncoding::unsignedSymmetric});
  shape.tiedEnergies = random() % 3 == 0;
  const int weightBits = pick(random, {2, 3, 4, 8});
  AxeOptions axe;
  axe.innerBits = 10 + static_cast<int>(random() % 11);
  axe.tiling = Tiling::of(shape.k, pick<std::int64_t>(random, {9, 64, 0}));
  axe.activations = activationRange(shape.activationBits, shape.encoding);
  axe.soft = random() % 2 == 0;
  axe.strict = random() % 4 != 0;
  const bool constrained = random() % 4 != 0;
  const bool actOrder = random() % 2 == 0;
  const testing::RandomLayer layer = testing::randomLayer(shape, random);
  const IntegerRange range = weightCodeRange(weightBits, WeightRange::narrow);
  const auto scales = weightScales(layer.weight, range, WeightScaleRule::absmax);
  const auto matrices = feedback(layer.statistics(), {Algorithm::gpfq, actOrder, 0.01}, "layer");
  if (!matrices) std::abort();
  const RecurrenceOptions options{range, ErrorReference::original, constrained ? &axe : nullptr};
  const CodeMatrix codes = quantizeGreedily(layer.weight, scales, *matrices, options, nullptr);

  testing::ReferenceOptions published;
  published.codes = range;
  published.order = testing::energyOrder(layer.quantized);
  if (!actOrder) std::sort(published.order.begin(), published.order.end());
  if (constrained) {
    published.constraint = {axe.soft,
                            axe.strict,
                            axe.innerBits,
                            axe.tiling.tileSize,
                            axe.activations.low,
                            axe.activations.high,
                            axe.slack == Slack::half};
  }
  const auto answer = testing::textbookGpfq(layer.weight.cast<double>(), scales, layer.inputs.cast<double>(),
                                            layer.quantized, published);
  constexpr double tie = 1e-3;
  for (Eigen::Index c = 0; c < codes.rows(); ++c) {
    const auto parts =
        std::ranges::find_if(published.order, [&](std::int64_t k) { return codes(c, k) != answer.codes(c, k); });
    if (parts != published.order.end()) {
      EXPECT_LT(answer.margins(c, *parts), tie);
    }
  }
  if (constrained && axe.strict) {
    EXPECT_TRUE(Certificate(codes, axe.tiling, axe.activations, axe.innerBits, 0).guaranteed());
  }
}

}  // namespace
}  // namespace axescope

extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) {
  ::testing::InitGoogleTest(argc, *argv);
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::seed_seq seeds(data, data + size);
  std::mt19937 random(seeds);
  axescope::emulate(random);
  axescope::quantize(random);
  if (::testing::UnitTest::GetInstance()->ad_hoc_test_result().Failed()) std::abort();
  return 0;
}
