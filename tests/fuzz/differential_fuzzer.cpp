// SPDX-License-Identifier: GPL-3.0-or-later
// Fast ways against their slow truths on random layers and settings: the emulator, bit for bit in every order of
// accumulation, and the recurrence against the papers' own steps. The input is the seed.
#include <cstdlib>
#include <cstring>

#include <gtest/gtest.h>

#include "core/budget/certificate.h"
#include "core/number/weight_quantizer.h"
#include "tests/core/datapath/random_layer.h"
#include "tests/core/ptq/textbook_comparison.h"

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

// Small layers, mostly: the slow truths take the third to fourth power of K.
std::int64_t drawK(Algorithm algorithm, std::mt19937& random) {
  if (algorithm == Algorithm::qronos) return pick<std::int64_t>(random, {1, 2, 5, 9, 20});
  return pick<std::int64_t>(random, {1, 2, 5, 9, 17, 33, 33, 65});
}

testing::RecurrenceSetting drawSetting(std::mt19937& random) {
  testing::RecurrenceSetting setting{
      .algorithm = pick(random, {Algorithm::gpfq, Algorithm::optq, Algorithm::optqCorrected, Algorithm::qronos}),
      .shape = {},
      .axe = {}};
  const bool any = random() % 16 == 0;  // long tiles and many channels now and then
  setting.shape.k = any && setting.algorithm != Algorithm::qronos ? 130 : drawK(setting.algorithm, random);
  setting.shape.channels = any ? 10 : 3;
  setting.shape.samples = 2 * setting.shape.k + 30;
  setting.shape.activationBits = pick(random, {2, 3, 4, 5, 8});
  setting.shape.encoding = pick(random, {ActivationEncoding::asymmetric, ActivationEncoding::centred,
                                         ActivationEncoding::signedSymmetric, ActivationEncoding::unsignedSymmetric});
  setting.shape.tiedEnergies = random() % 3 == 0;
  setting.shape.deadInputs = random() % 4 == 0;
  setting.quantizer = pick(random, {WeightQuantizer::uniform, WeightQuantizer::uniform, WeightQuantizer::powerOfTwo,
                                    WeightQuantizer::additivePowerOfTwo});
  setting.weightBits = setting.quantizer == WeightQuantizer::uniform      ? pick(random, {2, 3, 4, 6, 8})
                       : setting.quantizer == WeightQuantizer::powerOfTwo ? pick(random, {3, 4})
                                                                          : pick(random, {4, 5});
  setting.constrained = random() % 5 != 0;
  setting.actOrder = random() % 2 == 0;
  setting.errorReference = random() % 5 == 0 ? ErrorReference::shaped : ErrorReference::original;
  setting.axe.innerBits = 8 + static_cast<int>(random() % 14);
  setting.axe.tiling = Tiling::of(setting.shape.k, pick<std::int64_t>(random, {1, 4, 9, 64, 0}));
  setting.axe.activations = activationRange(setting.shape.activationBits, setting.shape.encoding);
  setting.axe.slack = random() % 4 == 0 ? Slack::half : Slack::floor;
  setting.axe.soft = random() % 4 != 0;
  setting.axe.strict = random() % 4 != 0;
  return setting;
}

/// Codes may part from the papers' steps only where those stood at a rounding tie, and what a strict budget promises
/// holds.
void quantize(std::mt19937& random) {
  testing::RecurrenceSetting setting = drawSetting(random);
  const testing::RandomLayer layer = testing::randomLayer(setting.shape, random);
  std::vector<double> scales = weightScales(layer.weight, setting.levels(), WeightScaleRule::absmax);
  if (random() % 4 == 0) setting.drawMultipliers(scales, random);
  testing::CodeTally{}.compare(setting, layer, scales);
  const AxeOptions& axe = setting.axe;
  if (setting.constrained && axe.strict && axe.slack == Slack::floor) {
    const CodeMatrix codes = testing::recurrenceCodes(setting, layer, scales);
    EXPECT_TRUE(Certificate(codes, axe.tiling, axe.activations, axe.innerBits, 0, setting.multipliers).guaranteed())
        << setting.describe();
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
  // An emulated layer takes as long as some settings of small ones.
  constexpr int settings = 8;
  for (int i = 0; i < settings; ++i) axescope::quantize(random);
  if (::testing::UnitTest::GetInstance()->ad_hoc_test_result().Failed()) std::abort();
  return 0;
}
