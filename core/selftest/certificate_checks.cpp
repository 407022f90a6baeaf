// SPDX-License-Identifier: GPL-3.0-or-later
// Certificates against the inputs that are worst for them, driven through the datapath one addition at a time.
#include <algorithm>

#include <fmt/format.h>

#include "core/bench/synthetic_layer.h"
#include "core/budget/certificate.h"
#include "core/datapath/reference_emulator.h"
#include "core/selftest/check.h"

namespace axescope::selftest {

namespace {

using bench::Noise;

struct DrawnChannel {
  CodeMatrix codes;
  IntegerRange activations;
  Tiling tiling;
};

DrawnChannel drawChannel(Noise& noise) {
  const bool isSigned = noise.between(0, 1) == 1;
  const int activationBits = static_cast<int>(noise.between(1, isSigned ? 16 : 15));
  const std::int64_t k = noise.between(1, 96);
  return {.codes = noise.codes(1, k, weightCodeRange(static_cast<int>(noise.between(1, 16)), WeightRange::full)),
          .activations = activationRange(
              activationBits, isSigned ? ActivationEncoding::signedSymmetric : ActivationEncoding::asymmetric),
          .tiling = Tiling::of(k, noise.between(1, k))};
}

DotProductTrace traceWorst(const DrawnChannel& channel, Extreme extreme, int innerBits, int outerBits) {
  const std::span codes(channel.codes.data(), static_cast<std::size_t>(channel.codes.size()));
  return emulateDotProduct(codes, witness(codes, channel.activations, extreme),
                           {.innerBits = innerBits, .outerBits = outerBits, .tileSize = channel.tiling.tileSize},
                           AccumulationOrder::natural(channel.tiling));
}

// At the width that is said to be the least safe one the witnesses reach the extremes that were predicted and nothing
// overflows; one bit less cannot hold one of them.
void compareChannel(const DrawnChannel& channel, int number, Comparison& comparison) {
  const Certificate certificate(channel.codes, channel.tiling, channel.activations, mostAccumulatorBits, 0);
  IntegerRange predicted;
  for (std::int64_t t = 0; t < channel.tiling.tiles(); ++t) {
    const IntegerRange tile = certificate.sums(0, t).extremes(channel.activations);
    predicted = {predicted.low + tile.low, predicted.high + tile.high};
  }
  const int inner = certificate.smallestInnerBits();
  const int outer = certificate.smallestOuterBits();
  const DotProductTrace high = traceWorst(channel, Extreme::highest, inner, outer);
  const DotProductTrace low = traceWorst(channel, Extreme::lowest, inner, outer);
  const auto at = [&](const char* what) {
    return [=] { return fmt::format("channel {}, {} + {} bits: {}", number, inner, outer, what); };
  };
  comparison.expect(high.result == predicted.high, at("the highest sum is not the one predicted"));
  comparison.expect(low.result == predicted.low, at("the lowest sum is not the one predicted"));
  comparison.expect(!high.overflowed() && !low.overflowed(), at("a certified channel overflows"));
  const std::int64_t largest = std::max(high.largestPartialSum, low.largestPartialSum);
  comparison.expect(inner == leastAccumulatorBits || largest > accumulatorLimit(inner - 1),
                    at("one bit less would have been safe too"));
  ++comparison.cases;
}

Result<Comparison> compareWitnesses(const Job& job) {
  constexpr int channels = 4000;
  Comparison comparison;
  Noise noise(104);
  for (int number = 0; number < channels; ++number) {
    AXESCOPE_CHECK(job.check());
    compareChannel(drawChannel(noise), number, comparison);
  }
  return comparison;
}

}  // namespace

std::vector<Check> certificateChecks() {
  return {{"certificates and least safe widths", "worst-case inputs, step by step", compareWitnesses}};
}

}  // namespace axescope::selftest
