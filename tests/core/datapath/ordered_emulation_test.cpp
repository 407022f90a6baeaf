// SPDX-License-Identifier: GPL-3.0-or-later
// LayerEmulator in every order against the reference, and what orders can and cannot change.
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "core/budget/certificate.h"
#include "random_layer.h"

namespace axescope {
namespace {

TEST(OrderedEmulation, IsTheReferenceBitForBitInEveryOrder) {
  std::mt19937 generator(233);
  std::map<OrderRule, int> reordered;
  for (int round = 0; round < 300; ++round) {
    EmulatedLayer layer = drawLayer(generator);
    const AccumulatorMatrix natural = expectBitForBit(layer).results;
    layer.order = {orderRules[static_cast<std::size_t>(round) % orderRules.size()], generator()};
    SCOPED_TRACE(std::to_string(round) + " " + std::string(name(layer.order.rule)));
    const ReferenceRun run = expectBitForBit(layer);
    ASSERT_FALSE(::testing::Test::HasFailure());
    reordered[layer.order.rule] += run.results != natural ? 1 : 0;
    if (layer.datapath.innerOverflow == Overflow::wrap) {
      ASSERT_EQ(run.results, natural);
    }
  }
  EXPECT_EQ(reordered[OrderRule::natural], 0);
  for (const OrderRule rule : {OrderRule::reversed, OrderRule::random, OrderRule::actOrder, OrderRule::alternating}) {
    EXPECT_GT(reordered[rule], 5) << name(rule);  // saturation depends on the order
  }
}

EmulatedLayer narrowLayer(std::mt19937& generator) {
  const IntegerRange activations{0, 255};
  return {.codes = drawCodes(16, 128, {-7, 7}, generator),
          .activations = activations,
          .datapath = {.innerBits = 13, .outerBits = 0, .tileSize = 64},
          .samples = drawCodes(300, 128, activations, generator),
          .type = CodeView::Type::u8};
}

ChannelOverflow countIn(EmulatedLayer& layer, OrderRule rule) {
  layer.order = {rule, 3};
  OverflowStatistics statistics;
  runEmulator<std::int64_t>(makeEmulator(layer), layer, &statistics);
  return statistics.total();
}

// A final sum is the same in any order: only overflow on the way can be avoided, and alternating signs avoid most.
TEST(OrderedEmulation, OrdersChangeTransientOverflowAlone) {
  std::mt19937 generator(239);
  EmulatedLayer layer = narrowLayer(generator);
  const ChannelOverflow natural = countIn(layer, OrderRule::natural);
  for (const OrderRule rule : orderRules) {
    EXPECT_EQ(countIn(layer, rule).persistent, natural.persistent) << name(rule);
  }
  EXPECT_GT(natural.persistent, 0);
  EXPECT_GT(natural.transient, 0);
  EXPECT_LT(2 * countIn(layer, OrderRule::alternating).transient, natural.transient);
}

TEST(OrderedEmulation, OnlyWhatSaturatesWithoutProofNeedsSteps) {
  std::mt19937 generator(241);
  EmulatedLayer layer = narrowLayer(generator);
  layer.order.rule = OrderRule::reversed;
  EXPECT_EQ(makeEmulator(layer).path(0, CountOverflows::no), EmulationPath::wrapProduct);
  layer.datapath.innerOverflow = Overflow::saturate;
  EXPECT_EQ(makeEmulator(layer).path(0, CountOverflows::no), EmulationPath::stepwise);
  layer.order.rule = OrderRule::natural;
  EXPECT_NE(makeEmulator(layer).path(0, CountOverflows::no), EmulationPath::stepwise);
  layer.order.rule = OrderRule::alternating;
  layer.datapath.innerBits = 24;
  EXPECT_EQ(makeEmulator(layer).path(0, CountOverflows::yes), EmulationPath::certifiedProduct);
}

// Worst inputs and random ones, as narrow as the certificate allows: step by step, in every order.
TEST(OrderedEmulation, CertifiedChannelsOverflowInNoOrder) {
  std::mt19937 generator(251);
  for (int round = 0; round < 200; ++round) {
    const EmulatedLayer layer = drawLayer(generator);
    const Tiling tiling = Tiling::of(layer.codes.cols(), layer.datapath.tileSize);
    const Certificate certificate(layer.codes, tiling, layer.activations, 63, 0);
    const auto k = static_cast<std::size_t>(tiling.k);
    const std::vector<std::int64_t> energy = energies(layer.samples);
    const std::span q(layer.codes.row(0).data(), k);
    const Datapath tight{.innerBits = certificate.smallestInnerBits(0),
                         .outerBits = certificate.smallestOuterBits(0),
                         .tileSize = tiling.tileSize,
                         .innerOverflow = layer.datapath.innerOverflow,
                         .outerOverflow = layer.datapath.outerOverflow};
    ASSERT_TRUE(
        Certificate(layer.codes.topRows(1), tiling, layer.activations, tight.innerBits, tight.outerBits).guaranteed());
    for (const OrderRule rule : orderRules) {
      const AccumulationOrder order = accumulationOrder({rule, generator()}, tiling, {q, energy});
      for (const Extreme extreme : {Extreme::highest, Extreme::lowest}) {
        const DotProductTrace trace = emulateDotProduct(q, witness(q, layer.activations, extreme), tight, order);
        ASSERT_FALSE(trace.overflowed()) << name(rule);
        ASSERT_EQ(trace.result, trace.exact);
      }
      for (Eigen::Index s = 0; s < layer.samples.rows(); ++s) {
        ASSERT_FALSE(emulateDotProduct(q, {layer.samples.row(s).data(), k}, tight, order).overflowed()) << name(rule);
      }
    }
  }
}

}  // namespace
}  // namespace axescope
