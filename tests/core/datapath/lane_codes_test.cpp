// SPDX-License-Identifier: GPL-3.0-or-later
// The running certificate: the proven part of a tile is not emulated, the rest is.
#include "core/datapath/lane_codes.h"

#include <gtest/gtest.h>

#include "random_layer.h"

namespace axescope {
namespace {

constexpr IntegerRange unsignedBytes{0, 255};

LaneCodes packed(const CodeMatrix& codes, const Datapath& datapath, CellForm form,
                 IntegerRange activations = unsignedBytes) {
  const Certificate certificate(codes, Tiling::of(codes.cols(), datapath.tileSize), activations, datapath.innerBits,
                                32);
  return {codes, certificate, {.cells = form, .product = ProductColumns::proven}};
}

// Twelve bits hold 2047 = 8·255 + 7: eight ones are proven, the ninth is not.
TEST(LaneCodes, OnlyWhatFollowsTheProvenPrefixIsStepped) {
  for (const CellForm form : {CellForm::words, CellForm::bytes}) {
    const LaneCodes codes = packed(CodeMatrix::Constant(4, 20, 1), {.innerBits = 12}, form);
    ASSERT_EQ(codes.groups(0).size(), 1U);
    const ChannelGroup& group = codes.groups(0).front();
    EXPECT_EQ(group.cells * columnsOf(form), 8);
    EXPECT_EQ(group.steps, 12);
  }
}

TEST(LaneCodes, ProvenTileHasNoSteps) {
  const LaneCodes codes = packed(CodeMatrix::Constant(4, 7, 1), {.innerBits = 12}, CellForm::bytes);
  EXPECT_EQ(codes.groups(0).front().cells, 2);
  EXPECT_EQ(codes.groups(0).front().steps, 0);
}

// Channels 1, 3, 5, 7 are proven and 0, 2, 4, 6 are not: they must not drag each other down. Channel 8 is left over.
TEST(LaneCodes, ChannelsWithLikePrefixesGoTogether) {
  CodeMatrix layer = CodeMatrix::Constant(9, 16, 7);
  for (const Eigen::Index row : {1, 3, 5, 7}) layer.row(row).setZero();
  const LaneCodes codes = packed(layer, {.innerBits = 12, .tileSize = 8}, CellForm::bytes);
  for (std::int64_t tile = 0; tile < 2; ++tile) {
    const auto groups = codes.groups(tile);
    ASSERT_EQ(groups.size(), 3U);
    EXPECT_EQ(groups[0].channels, (std::array<std::int32_t, 4>{1, 3, 5, 7}));
    EXPECT_EQ(groups[0].steps, 0);
    EXPECT_EQ(groups[1].channels, (std::array<std::int32_t, 4>{0, 2, 4, 6}));
    EXPECT_EQ(groups[1].steps, 8);
    EXPECT_EQ(groups[2].size, 1);
    EXPECT_EQ(groups[2].channels[0], 8);
  }
}

TEST(LaneCodes, SignedBytesAreUndoneInTheSum) {
  const IntegerRange signedBytes{-128, 127};
  const CodeMatrix layer = CodeMatrix::Constant(1, 6, -3);
  EXPECT_EQ(packed(layer, {.innerBits = 20}, CellForm::bytes, signedBytes).groups(0)[0].offsets[0], 128 * 3 * 6);
  EXPECT_EQ(packed(layer, {.innerBits = 20}, CellForm::words, signedBytes).groups(0)[0].offsets[0], 0);
}

// Prefixes of every length, in tiles that also hold proven and hopeless channels.
TEST(LaneCodes, MixedTilesAreTheReferenceBitForBit) {
  std::mt19937 generator(109);
  for (const int innerBits : {8, 10, 12, 14, 16, 17, 20}) {
    for (const IntegerRange activations : {unsignedBytes, IntegerRange{-128, 127}}) {
      SCOPED_TRACE(innerBits);
      CodeMatrix layer = drawCodes(30, 150, {-7, 7}, generator);
      for (Eigen::Index row = 0; row < layer.rows(); ++row) {
        layer.row(row).head(5 * row).setZero();
        layer.row(row).segment(75, row).setOnes();
      }
      expectBitForBit(
          {.codes = layer,
           .activations = activations,
           .datapath = {.innerBits = innerBits, .outerBits = 15, .tileSize = 75, .innerOverflow = Overflow::saturate},
           .samples = drawCodes(17, 150, activations, generator),
           .type = activations.low < 0 ? CodeView::Type::s8 : CodeView::Type::u8});
    }
  }
}

}  // namespace
}  // namespace axescope
