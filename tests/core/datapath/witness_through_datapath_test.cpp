// SPDX-License-Identifier: GPL-3.0-or-later
// The certificate is true and not more than true: its witness reaches the predicted extreme step by step.
#include <algorithm>
#include <random>

#include <gtest/gtest.h>

#include "core/budget/certificate.h"
#include "core/datapath/accumulator.h"
#include "core/datapath/reference_emulator.h"
#include "random_codes.h"

namespace axescope {
namespace {

struct Case {
  CodeMatrix codes;
  IntegerRange activations;
  Tiling tiling;
};

/// Codes and activations of 1 to 16 bits. Unsigned activation codes are held in 16 signed bits, so they have 15.
Case drawCase(std::mt19937& generator) {
  const int weightBits = static_cast<int>(drawBetween(1, 16, generator));
  const bool isSigned = drawBetween(0, 1, generator) == 1;
  const int activationBits = static_cast<int>(drawBetween(1, isSigned ? 16 : 15, generator));
  const std::int64_t k = drawBetween(1, 48, generator);
  return {.codes = drawCodes(1, k, weightCodeRange(weightBits, WeightRange::full), generator),
          .activations = activationRange(
              activationBits, isSigned ? ActivationEncoding::signedSymmetric : ActivationEncoding::asymmetric),
          .tiling = Tiling::of(k, drawBetween(1, k, generator))};
}

std::span<const std::int16_t> codesOf(const Case& drawn) {
  return {drawn.codes.data(), static_cast<std::size_t>(drawn.codes.size())};
}

DotProductTrace emulateWitness(const Case& drawn, Extreme extreme, const Datapath& datapath) {
  return emulateDotProduct(codesOf(drawn), witness(codesOf(drawn), drawn.activations, extreme), datapath,
                           AccumulationOrder::natural(drawn.tiling));
}

TEST(WitnessThroughDatapath, ReachesExactlyThePredictedExtreme) {
  std::mt19937 generator(53);
  for (int round = 0; round < 2000; ++round) {
    const Case drawn = drawCase(generator);
    const Certificate certificate(drawn.codes, drawn.tiling, drawn.activations, 63, 0);
    IntegerRange total;
    std::int64_t largest = 0;
    for (std::int64_t t = 0; t < drawn.tiling.tiles(); ++t) {
      const IntegerRange tile = certificate.sums(0, t).extremes(drawn.activations);
      total = {total.low + tile.low, total.high + tile.high};
      largest = std::max({largest, tile.high, -tile.low});
    }
    const Datapath tight{.innerBits = certificate.smallestInnerBits(),
                         .outerBits = certificate.smallestOuterBits(),
                         .tileSize = drawn.tiling.tileSize,
                         .innerOverflow = round % 2 == 0 ? Overflow::wrap : Overflow::saturate,
                         .outerOverflow = round % 3 == 0 ? Overflow::wrap : Overflow::saturate};
    const DotProductTrace high = emulateWitness(drawn, Extreme::highest, tight);
    const DotProductTrace low = emulateWitness(drawn, Extreme::lowest, tight);
    ASSERT_EQ(high.result, total.high);
    ASSERT_EQ(low.result, total.low);
    ASSERT_FALSE(high.overflowed() || low.overflowed());
    ASSERT_EQ(std::max(high.largestPartialSum, low.largestPartialSum), largest);
  }
}

// For every width from 2 to 63: guaranteed means that the witnesses pass, not guaranteed that one of them leaves
// the range the guarantee is about, [−L, L].
TEST(WitnessThroughDatapath, DecidesTheCertificateAtEveryWidth) {
  std::mt19937 generator(59);
  for (int round = 0; round < 100; ++round) {
    const Case drawn = drawCase(generator);
    for (int bits = leastAccumulatorBits; bits <= mostAccumulatorBits; ++bits) {
      const Certificate certificate(drawn.codes, drawn.tiling, drawn.activations, bits, 0);
      bool innerGuaranteed = true;
      for (std::int64_t t = 0; t < drawn.tiling.tiles(); ++t) innerGuaranteed &= certificate.innerGuaranteed(0, t);
      const Datapath datapath{.innerBits = bits, .outerBits = 63, .tileSize = drawn.tiling.tileSize};
      const DotProductTrace high = emulateWitness(drawn, Extreme::highest, datapath);
      const DotProductTrace low = emulateWitness(drawn, Extreme::lowest, datapath);
      const std::int64_t limit = accumulatorLimit(bits);
      ASSERT_EQ(innerGuaranteed, high.largestPartialSum <= limit && low.largestPartialSum <= limit) << bits;
      ASSERT_TRUE(!innerGuaranteed || high.innerEvents + low.innerEvents == 0);
    }
  }
}

}  // namespace
}  // namespace axescope
