// SPDX-License-Identifier: GPL-3.0-or-later
// LayerEmulator against the reference on random layers.
#include "core/datapath/emulator.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

#include "random_layer.h"

namespace axescope {
namespace {

TEST(LayerEmulator, IsTheReferenceBitForBitOnRandomLayers) {
  std::mt19937 generator(61);
  std::map<std::string, int> layers;
  int different = 0;
  int grouped = 0;
  for (int round = 0; round < 500; ++round) {
    const EmulatedLayer layer = drawLayer(generator);
    SCOPED_TRACE("round " + std::to_string(round));
    const ReferenceRun reference = expectBitForBit(layer);
    ASSERT_FALSE(::testing::Test::HasFailure());
    different += reference.results != reference.exact ? 1 : 0;
    const LayerEmulator emulator = makeEmulator(layer);
    grouped += layer.multipliers.allOnes() ? 0 : 1;
    for (const CountOverflows count : {CountOverflows::no, CountOverflows::yes}) {
      ++layers[std::string(name(emulator.path(0, count)))];
    }
  }
  for (const char* path :
       {"certified product", "wrap product", "saturate shifted", "saturate clamped", "saturate wide", "stepwise"}) {
    EXPECT_GT(layers[path], 25) << path;
  }
  EXPECT_GT(different, 120);
  EXPECT_GT(grouped, 120);
}

TEST(LayerEmulator, BlocksOfSamplesMeetWithoutASeam) {
  std::mt19937 generator(67);
  for (const std::int64_t samples : {1, 127, 128, 129, 255, 256, 257, 600}) {
    for (const int innerBits : {10, 30}) {
      const IntegerRange activations{0, 255};
      SCOPED_TRACE(samples);
      expectBitForBit(
          {.codes = drawCodes(3, 20, {-8, 7}, generator),
           .activations = activations,
           .datapath = {.innerBits = innerBits, .outerBits = 0, .tileSize = 7, .innerOverflow = Overflow::saturate},
           .samples = drawCodes(samples, 20, activations, generator),
           .type = CodeView::Type::u8});
    }
  }
}

TEST(LayerEmulator, RepeatedRunsAddUpTheirStatistics) {
  std::mt19937 generator(71);
  const IntegerRange activations{0, 255};
  const EmulatedLayer layer{.codes = drawCodes(5, 50, {-8, 7}, generator),
                            .activations = activations,
                            .datapath = {.innerBits = 11, .outerBits = 16, .tileSize = 10},
                            .samples = drawCodes(9, 50, activations, generator)};
  const LayerEmulator emulator(layer.codes, activations, layer.datapath);
  OverflowStatistics once;
  OverflowStatistics twice;
  runEmulator<std::int64_t>(emulator, layer, &once);
  runEmulator<std::int64_t>(emulator, layer, &twice);
  runEmulator<std::int64_t>(emulator, layer, &twice);
  once.merge(OverflowStatistics(once));
  EXPECT_EQ(twice.channels, once.channels);
  EXPECT_GT(twice.rate(), 0.0);
}

// A narrow accumulator must change results, or these comparisons could not fail.
TEST(LayerEmulator, UnprovenNarrowRunDiffersFromTheExactProduct) {
  std::mt19937 generator(73);
  const IntegerRange activations{0, 255};
  for (const Overflow overflow : {Overflow::wrap, Overflow::saturate}) {
    const EmulatedLayer layer{.codes = drawCodes(8, 128, {-8, 7}, generator),
                              .activations = activations,
                              .datapath = {.innerBits = 12, .outerBits = 0, .tileSize = 32, .innerOverflow = overflow},
                              .samples = drawCodes(4, 128, activations, generator),
                              .type = CodeView::Type::u8};
    const ReferenceRun reference = expectBitForBit(layer);
    EXPECT_NE(reference.results, reference.exact);
    const LayerEmulator emulator(layer.codes, activations, layer.datapath);
    EXPECT_NE(runEmulator<std::int64_t>(emulator, layer, nullptr), reference.exact);
  }
}

TEST(LayerEmulator, LayerWithoutColumnsGivesZeros) {
  const EmulatedLayer layer{
      .codes = CodeMatrix(3, 0), .activations = {0, 255}, .datapath = {.innerBits = 8}, .samples = CodeMatrix(2, 0)};
  expectBitForBit(layer);
}

}  // namespace
}  // namespace axescope
