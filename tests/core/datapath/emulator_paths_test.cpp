// SPDX-License-Identifier: GPL-3.0-or-later
// Which path runs when, and each path at the edges of its arithmetic.
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "core/datapath/byte_product.h"
#include "emulated_layer.h"

namespace axescope {
namespace {

constexpr IntegerRange unsignedBytes{0, 255};

void expectPaths(const EmulatedLayer& layer, EmulationPath plain, EmulationPath counted) {
  const LayerEmulator emulator = makeEmulator(layer);
  for (Eigen::Index c = 0; c < layer.codes.rows(); ++c) {
    EXPECT_EQ(name(emulator.path(c, CountOverflows::no)), name(plain));
    EXPECT_EQ(name(emulator.path(c, CountOverflows::yes)), name(counted));
  }
}

EmulatedLayer extremeLayer(std::int16_t code, std::int64_t k, IntegerRange activations, CodeView::Type type,
                           const Datapath& datapath) {
  CodeMatrix samples(2, k);
  samples.row(0).setConstant(static_cast<std::int16_t>(activations.high));
  samples.row(1).setConstant(static_cast<std::int16_t>(activations.low));
  return {.codes = CodeMatrix::Constant(2, k, code),
          .activations = activations,
          .datapath = datapath,
          .samples = samples,
          .type = type};
}

TEST(EmulationPaths, ProvenTilesWithMultipliersAreOneProductWhereThoseTimesCodesAreBytes) {
  std::mt19937 generator(78);
  const Tiling tiling = Tiling::of(100, 32);
  for (const int weightBits : {4, 8}) {
    CodeMatrix codes = drawCodes(4, 100, weightCodeRange(weightBits, WeightRange::full), generator);
    CodeMatrix multipliers = drawCodes(4, tiling.tiles(), {1, 15}, generator);
    codes(0, 0) = weightBits == 8 ? 127 : 7;
    multipliers(0, 0) = 15;
    const EmulatedLayer layer{.codes = codes,
                              .activations = unsignedBytes,
                              .datapath = {.innerBits = 22, .outerBits = 0, .tileSize = 32},
                              .samples = drawCodes(9, 100, unsignedBytes, generator),
                              .type = CodeView::Type::u8,
                              .multipliers = {tiling, multipliers}};
    const EmulationPath path = weightBits == 8 ? EmulationPath::wrapProduct : EmulationPath::certifiedProduct;
    expectPaths(layer, path, path);
    expectBitForBit(layer);
  }
}

// The outer accumulator at the ends of the machine's 32 bits, and one bit to either side.
TEST(EmulationPaths, LargestMultipliersAtTheEndsOfTheOuterAccumulator) {
  std::map<std::string, int> ran;
  for (const int outerBits : {30, 31, 32, 33, 36}) {
    for (const int innerBits : {12, 16, 24, 28, 31, 32}) {
      for (const Overflow overflow : {Overflow::wrap, Overflow::saturate}) {
        for (const std::int16_t code : {std::int16_t{-8}, std::int16_t{7}, std::int16_t{127}}) {
          EmulatedLayer layer = extremeLayer(code, 8192, unsignedBytes, CodeView::Type::u8,
                                             {.innerBits = innerBits,
                                              .outerBits = outerBits,
                                              .tileSize = 512,
                                              .innerOverflow = overflow,
                                              .outerOverflow = overflow});
          layer.multipliers = {Tiling::of(8192, 512), CodeMatrix::Constant(2, 16, 15)};
          SCOPED_TRACE(std::to_string(outerBits) + " " + std::to_string(innerBits));
          expectBitForBit(layer);
          ++ran[std::string(name(makeEmulator(layer).path(0, CountOverflows::no)))];
        }
      }
    }
  }
  for (const char* path : {"wrap product", "saturate shifted", "saturate clamped", "saturate wide", "stepwise"}) {
    EXPECT_GT(ran[path], 3) << path;
  }
}

TEST(EmulationPaths, ProvenChannelsTakeThePlainProductEvenWhenCounted) {
  std::mt19937 generator(79);
  for (const Overflow overflow : {Overflow::wrap, Overflow::saturate}) {
    const EmulatedLayer layer{.codes = drawCodes(4, 100, {-8, 7}, generator),
                              .activations = unsignedBytes,
                              .datapath = {.innerBits = 17,
                                           .outerBits = 0,
                                           .tileSize = 32,
                                           .innerOverflow = overflow,
                                           .outerOverflow = overflow},
                              .samples = drawCodes(5, 100, unsignedBytes, generator),
                              .type = CodeView::Type::u8};
    expectPaths(layer, EmulationPath::certifiedProduct, EmulationPath::certifiedProduct);
    const ReferenceRun reference = expectBitForBit(layer);
    EXPECT_EQ(reference.results, reference.exact);
  }
}

TEST(EmulationPaths, UnprovenWrapTakesTileProductsUnlessCounted) {
  std::mt19937 generator(83);
  for (const Overflow outer : {Overflow::wrap, Overflow::saturate}) {
    const EmulatedLayer layer{.codes = drawCodes(4, 100, {1, 7}, generator),
                              .activations = unsignedBytes,
                              .datapath = {.innerBits = 10, .outerBits = 12, .tileSize = 32, .outerOverflow = outer},
                              .samples = drawCodes(5, 100, unsignedBytes, generator),
                              .type = CodeView::Type::u8};
    expectPaths(layer, EmulationPath::wrapProduct, EmulationPath::stepwise);
    expectBitForBit(layer);
  }
}

// Products of 255·7 = 1785 fit 12 bits and not 11.
TEST(EmulationPaths, SaturationTakesTheNarrowestLanesThatHoldIt) {
  const struct {
    int innerBits;
    std::int16_t largestCode;
    EmulationPath path;
  } cases[] = {
      {16, 7, EmulationPath::saturateShifted},   {12, 7, EmulationPath::saturateShifted},
      {11, 7, EmulationPath::saturateClamped},   {2, 7, EmulationPath::saturateClamped},
      {16, 128, EmulationPath::saturateShifted}, {15, 128, EmulationPath::saturateClamped},
      {16, 129, EmulationPath::saturateWide},    {10, 200, EmulationPath::saturateWide},
      {17, 200, EmulationPath::saturateWide},
  };
  std::mt19937 generator(89);
  for (const auto& each : cases) {
    SCOPED_TRACE(std::to_string(each.innerBits) + " bits, codes to " + std::to_string(each.largestCode));
    EmulatedLayer layer{.codes = drawCodes(7, 500, {1, each.largestCode}, generator),
                        .activations = unsignedBytes,
                        .datapath = {.innerBits = each.innerBits,
                                     .outerBits = 24,
                                     .tileSize = 250,
                                     .innerOverflow = Overflow::saturate},
                        .samples = drawCodes(5, 500, {200, 255}, generator),
                        .type = CodeView::Type::u8};
    layer.codes.col(0).setConstant(each.largestCode);
    layer.codes.col(1).setConstant(static_cast<std::int16_t>(-each.largestCode + 1));
    expectPaths(layer, each.path, EmulationPath::stepwise);
    const ReferenceRun reference = expectBitForBit(layer);
    EXPECT_NE(reference.results, reference.exact);
  }
}

// A register of 32 bits and more leaves no room for another product, an outer sum may outgrow 32 bits.
TEST(EmulationPaths, WhatLanesOfThirtyTwoBitsDoNotHoldGoesStepByStep) {
  std::mt19937 generator(91);
  const IntegerRange words{-32768, 32767};
  const auto layer = [&](int innerBits, int outerBits, Overflow overflow) {
    return EmulatedLayer{.codes = CodeMatrix::Constant(3, 40, -32768),
                         .activations = words,
                         .datapath = {.innerBits = innerBits,
                                      .outerBits = outerBits,
                                      .tileSize = 8,
                                      .innerOverflow = overflow,
                                      .outerOverflow = Overflow::saturate},
                         .samples = drawCodes(4, 40, words, generator)};
  };
  for (const EmulatedLayer& tooLarge : {layer(31, 32, Overflow::saturate), layer(32, 34, Overflow::saturate),
                                        layer(33, 40, Overflow::wrap), layer(31, 34, Overflow::wrap)}) {
    expectPaths(tooLarge, EmulationPath::stepwise, EmulationPath::stepwise);
    expectBitForBit(tooLarge);
  }
  const EmulatedLayer held = layer(28, 32, Overflow::saturate);
  expectPaths(held, EmulationPath::saturateWide, EmulationPath::stepwise);
  expectBitForBit(held);
}

TEST(EmulationPaths, ProvenTilesWithAnUnprovenOuterSumNeedNoSteps) {
  std::mt19937 generator(97);
  for (const Overflow outer : {Overflow::wrap, Overflow::saturate}) {
    const EmulatedLayer layer{.codes = drawCodes(4, 100, {1, 7}, generator),
                              .activations = unsignedBytes,
                              .datapath = {.innerBits = 20,
                                           .outerBits = 16,
                                           .tileSize = 10,
                                           .innerOverflow = Overflow::saturate,
                                           .outerOverflow = outer},
                              .samples = drawCodes(5, 100, unsignedBytes, generator),
                              .type = CodeView::Type::u8};
    expectPaths(layer, EmulationPath::wrapProduct, EmulationPath::stepwise);
    const ReferenceRun reference = expectBitForBit(layer);
    EXPECT_NE(reference.results, reference.exact);
  }
}

TEST(EmulationPaths, ProvenChannelsWiderThanBytesAreProductsOfTheirTiles) {
  std::mt19937 generator(99);
  const IntegerRange activations{0, 1023};
  for (const Overflow overflow : {Overflow::wrap, Overflow::saturate}) {
    const EmulatedLayer layer{.codes = drawCodes(6, 70, {-100, 100}, generator),
                              .activations = activations,
                              .datapath = {.innerBits = 26, .outerBits = 0, .tileSize = 33, .innerOverflow = overflow},
                              .samples = drawCodes(9, 70, activations, generator)};
    expectPaths(layer, EmulationPath::wrapProduct, EmulationPath::wrapProduct);
    const ReferenceRun reference = expectBitForBit(layer);
    EXPECT_EQ(reference.results, reference.exact);
  }
}

TEST(EmulationPaths, ChannelsOfOneLayerTakeDifferentPaths) {
  std::mt19937 generator(101);
  const std::int64_t k = 64;
  EmulatedLayer layer{
      .codes = drawCodes(9, k, {1, 7}, generator),
      .activations = unsignedBytes,
      .datapath = {.innerBits = 12, .outerBits = 12, .tileSize = 16, .innerOverflow = Overflow::saturate},
      .samples = drawCodes(70, k, unsignedBytes, generator),
      .type = CodeView::Type::u8};
  for (const Eigen::Index row : {1, 4, 5, 8}) layer.codes.row(row).setZero();
  for (const Eigen::Index row : {2, 5}) {
    // Eight ones a tile reach 2040, which 12 bits hold; four such tiles they do not.
    for (Eigen::Index i = 0; i < k; i += 2) layer.codes(row, i) = 1;
    for (Eigen::Index i = 1; i < k; i += 2) layer.codes(row, i) = 0;
  }
  const LayerEmulator emulator(layer.codes, layer.activations, layer.datapath);
  for (const Eigen::Index certified : {1, 4, 8}) {
    EXPECT_EQ(emulator.path(certified, CountOverflows::no), EmulationPath::certifiedProduct);
  }
  for (const Eigen::Index tilesProven : {2, 5}) {
    EXPECT_EQ(emulator.path(tilesProven, CountOverflows::no), EmulationPath::wrapProduct);
  }
  for (const Eigen::Index unproven : {0, 3, 6, 7}) {
    EXPECT_EQ(emulator.path(unproven, CountOverflows::no), EmulationPath::saturateShifted);
  }
  expectBitForBit(layer);
}

// The pairs of VPMADDUBSW, through the layer.
TEST(EmulationPaths, VpmaddubswPreset) {
  const Datapath preset{.innerBits = 16, .outerBits = 32, .tileSize = 2, .innerOverflow = Overflow::saturate};
  const EmulatedLayer layer = extremeLayer(127, 2, unsignedBytes, CodeView::Type::u8, preset);
  expectPaths(layer, EmulationPath::saturateShifted, EmulationPath::stepwise);
  EXPECT_EQ(expectBitForBit(layer).results(0, 0), 32767);
}

TEST(EmulationPaths, ExtremeBytesStayExactInEveryPath) {
  for (const std::int64_t k : {1, 64, 300, 4608}) {
    for (const int innerBits : {2, 15, 16, 17, 25, 31, 32, 33, 63}) {
      for (const Overflow inner : {Overflow::wrap, Overflow::saturate}) {
        const Datapath datapath{.innerBits = innerBits, .outerBits = 0, .tileSize = 64, .innerOverflow = inner};
        for (const std::int16_t code : {std::int16_t{-128}, std::int16_t{127}}) {
          expectBitForBit(extremeLayer(code, k, unsignedBytes, CodeView::Type::u8, datapath));
          expectBitForBit(extremeLayer(code, k, {-128, 127}, CodeView::Type::s8, datapath));
          expectBitForBit(extremeLayer(code, k, {-128, 127}, CodeView::Type::s16, datapath));
        }
      }
    }
  }
}

TEST(EmulationPaths, ExtremeWordsStayExactInEveryPath) {
  for (const std::int64_t k : {1, 3, 200}) {
    for (const int innerBits : {2, 30, 31, 32, 33, 36, 63}) {
      for (const Overflow inner : {Overflow::wrap, Overflow::saturate}) {
        for (const Overflow outer : {Overflow::wrap, Overflow::saturate}) {
          for (const int outerBits : {0, 31, 32, 33, 63}) {
            const Datapath datapath{.innerBits = innerBits,
                                    .outerBits = outerBits,
                                    .tileSize = 50,
                                    .innerOverflow = inner,
                                    .outerOverflow = outer};
            expectBitForBit(extremeLayer(-32768, k, {-32768, 32767}, CodeView::Type::s16, datapath));
          }
        }
      }
    }
  }
}

// Neither an unsigned nor a signed byte holds all of these activations.
TEST(EmulationPaths, ActivationsOfNineBitsAreNotTakenForBytes) {
  std::mt19937 generator(103);
  for (const IntegerRange activations : {IntegerRange{-100, 200}, IntegerRange{-129, 127}, IntegerRange{0, 256}}) {
    for (const int innerBits : {12, 30}) {
      expectBitForBit({.codes = drawCodes(4, 50, {-8, 7}, generator),
                       .activations = activations,
                       .datapath = {.innerBits = innerBits, .outerBits = 0, .tileSize = 10},
                       .samples = drawCodes(20, 50, activations, generator)});
    }
  }
}

// Sums of bytes past the longest that int32 holds: a certified sum is cut into segments, a long unproven tile is
// added in 64 bits.
TEST(EmulationPaths, SumsLongerThanInt32Holds) {
  const std::int64_t k = 2 * longestByteProduct + 5;
  for (const int innerBits : {20, 32, 33, 40}) {
    const Datapath datapath{.innerBits = innerBits, .outerBits = 0};
    expectBitForBit(extremeLayer(-128, k, unsignedBytes, CodeView::Type::u8, datapath));
  }
  const Datapath tiled{.innerBits = 30, .outerBits = 0, .tileSize = longestByteProduct};
  expectBitForBit(extremeLayer(-128, k, unsignedBytes, CodeView::Type::u8, tiled));
}

}  // namespace
}  // namespace axescope
