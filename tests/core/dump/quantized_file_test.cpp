// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/quantized_file.h"

#include <cmath>
#include <functional>
#include <numeric>

#include <gtest/gtest.h>

#include "core/dump/quantized_layer.h"
#include "tests/core/dump/crafted_dump.h"
#include "tests/core/dump/random_layer.h"

namespace axescope {
namespace {

using testing::FailsWith;
using testing::linearInfo;
using testing::randomLayer;
using testing::temporaryPath;

LayerInfo convInfo() {
  LayerInfo info;
  info.kind = LayerKind::conv2d;
  info.channels = 4;
  info.inputs = 6;
  info.conv.groups = 2;
  info.conv.kernelHeight = 3;
  info.conv.kernelWidth = 2;
  info.conv.strideX = 2;
  info.conv.padTop = 1;
  info.conv.padRight = 2;
  return info;
}

QuantizedFile sample() {
  QuantizedFile file{"tiny", R"({"algorithm":"optq"})", R"({"seed":1})", {}};
  QuantizedFileLayer conv = randomLayer("stem.conv", convInfo(), 4, 1);
  conv.tileSize = 8;
  conv.overflow = "saturate";
  conv.bias = {1, -2, 3, 0.5F};
  conv.input = {0.1, -100, 8, ActivationEncoding::centred};
  conv.inputCodesShape = {2, 6, 5, 5};
  conv.inputCodes.assign(2 * 6 * 25, -128);
  QuantizedFileLayer linear = randomLayer("head", linearInfo(3, 10), 12, 2);
  linear.inputCodesShape = {2, 10};
  linear.inputCodes.resize(20);
  std::iota(linear.inputCodes.begin(), linear.inputCodes.end(), std::int16_t{235});
  linear.input = {0.1, 0, 8, ActivationEncoding::unsignedSymmetric};
  conv.inputScaling = {0.5, 1, 2, 1e-3, 4, 5};
  conv.inputPermutation = {3, 0, 1, 2, 5, 4};
  conv.foldedBatchNorm = "stem.norm";
  linear.inputRotation = 2;
  linear.tileSize = 4;
  linear.groupScale = {Tiling::of(10, 4), CodeMatrix{{1, 2, 3}, {4, 5, 6}, {7, 8, 1}}};
  file.layers = {conv, linear};
  return file;
}

void expectEqual(const QuantizedFileLayer& found, const QuantizedFileLayer& expected) {
  EXPECT_EQ(found.info.name, expected.info.name);
  EXPECT_EQ(found.info.kind, expected.info.kind);
  EXPECT_EQ(found.info.channels, expected.info.channels);
  EXPECT_EQ(found.info.inputs, expected.info.inputs);
  EXPECT_EQ(found.info.groups(), expected.info.groups());
  EXPECT_EQ(found.info.k(), expected.info.k());
  EXPECT_EQ(found.info.conv.strideX, expected.info.conv.strideX);
  EXPECT_EQ(found.info.conv.padTop, expected.info.conv.padTop);
  EXPECT_EQ(found.info.conv.padBottom, expected.info.conv.padBottom);
  EXPECT_EQ(found.info.conv.padRight, expected.info.conv.padRight);
  EXPECT_EQ(found.codes, expected.codes);
  EXPECT_EQ(found.weightBits, expected.weightBits);
  EXPECT_EQ(found.weightQuantizer, expected.weightQuantizer);
  EXPECT_EQ(found.weightScale, expected.weightScale);
  EXPECT_EQ(found.groupScale, expected.groupScale);
  EXPECT_EQ(found.bias, expected.bias);
  EXPECT_EQ(found.input, expected.input);
  EXPECT_EQ(found.inputScaling, expected.inputScaling);
  EXPECT_EQ(found.inputRotation, expected.inputRotation);
  EXPECT_EQ(found.inputPermutation, expected.inputPermutation);
  EXPECT_EQ(found.channelWeightBits, expected.channelWeightBits);
  EXPECT_EQ(found.channelInnerBits, expected.channelInnerBits);
  EXPECT_EQ(found.foldedBatchNorm, expected.foldedBatchNorm);
  EXPECT_EQ(found.innerBits, expected.innerBits);
  EXPECT_EQ(found.outerBits, expected.outerBits);
  EXPECT_EQ(found.tileSize, expected.tileSize);
  EXPECT_EQ(found.overflow, expected.overflow);
  EXPECT_EQ(found.inputCodesShape, expected.inputCodesShape);
  EXPECT_EQ(found.inputCodes, expected.inputCodes);
}

TEST(QuantizedFile, WhatIsWrittenIsReadInTheNetworksOrder) {
  const auto path = temporaryPath("quantized.h5");
  const QuantizedFile written = sample();
  const Status status = writeQuantizedFile(path, written);
  ASSERT_TRUE(status) << status.error().line();
  const auto read = readQuantizedFile(path);
  ASSERT_TRUE(read) << read.error().line();
  EXPECT_EQ(read->model, written.model);
  EXPECT_EQ(read->settings, written.settings);
  EXPECT_EQ(read->provenance, written.provenance);
  ASSERT_EQ(read->layers.size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) expectEqual(read->layers[i], written.layers[i]);
}

TEST(QuantizedFile, LevelsKeepTheirValuesAndTheirWidthAsStored) {
  const auto path = temporaryPath("levels.h5");
  QuantizedFile written = sample();
  written.layers.resize(1);
  QuantizedFileLayer& layer = written.layers.front();
  layer.groupScale = {};
  layer.weightBits = 5;
  layer.weightQuantizer = WeightQuantizer::powerOfTwo;
  std::int64_t exponent = 0;
  for (std::int16_t& code : layer.codes.reshaped()) {
    const auto power = static_cast<std::int16_t>(1 << (exponent % 15));
    code = exponent % 4 == 0 ? std::int16_t{0} : exponent % 2 == 0 ? power : static_cast<std::int16_t>(-power);
    ++exponent;
  }
  ASSERT_TRUE(writeQuantizedFile(path, written));
  const auto read = readQuantizedFile(path);
  ASSERT_TRUE(read) << read.error().line();
  expectEqual(read->layers.front(), layer);
  const auto reader = hdf5::Reader::open(path);
  EXPECT_EQ(*reader->stringAttribute("/layers/stem.conv", "weight_quantizer"), "power-of-two");
  // No level, and a width whose levels do not fit.
  layer.codes(0, 0) = 3;
  EXPECT_EQ(writeQuantizedFile(path, written).error().object, "/layers/stem.conv/codes");
  layer.codes(0, 0) = 2;
  layer.weightBits = 6;
  EXPECT_EQ(writeQuantizedFile(path, written).error().object, "/layers/stem.conv@weight_quantizer");
}

TEST(QuantizedFile, IsTheDocumentedLayout) {
  const auto path = temporaryPath("quantized.h5");
  QuantizedFile written = sample();
  written.layers.pop_back();
  ASSERT_TRUE(writeQuantizedFile(path, written));
  const auto reader = hdf5::Reader::open(path);
  ASSERT_TRUE(reader);
  EXPECT_EQ(*reader->stringAttribute("/", "format"), "axescope-quantized");
  EXPECT_EQ(*reader->integerAttribute("/", "version"), 1);
  const std::string group = "/layers/stem.conv";
  EXPECT_EQ(reader->dataset(group + "/codes")->shape, (std::vector<std::int64_t>{4, 3, 3, 2}));
  EXPECT_EQ(reader->dataset(group + "/codes")->bytesPerElement, 1);
  EXPECT_EQ(reader->dataset(group + "/weight_scale")->shape, (std::vector<std::int64_t>{4}));
  EXPECT_EQ(*reader->stringAttribute(group, "axis_order"), "OIHW");
  EXPECT_EQ(*reader->integerAttribute(group, "tile"), 8);
  EXPECT_EQ(*reader->integerAttribute(group, "input_signed"), 1);
  EXPECT_EQ(*reader->stringAttribute(group, "overflow"), "saturate");
  // K = 18 in tiles of 8.
  EXPECT_EQ(reader->dataset(group + "/certificate/positive")->shape, (std::vector<std::int64_t>{4, 3}));
  const auto positive = reader->readIntegers(group + "/certificate/positive");
  const auto negative = reader->readIntegers(group + "/certificate/negative");
  for (std::int64_t channel = 0; channel < 4; ++channel) {
    for (std::int64_t tile = 0; tile < 3; ++tile) {
      std::int64_t p = 0;
      std::int64_t n = 0;
      for (std::int64_t column = 8 * tile; column < std::min<std::int64_t>(18, 8 * tile + 8); ++column) {
        const std::int64_t code = written.layers[0].codes(channel, column);
        (code > 0 ? p : n) += code;
      }
      EXPECT_EQ((*positive)[static_cast<std::size_t>(channel * 3 + tile)], p);
      EXPECT_EQ((*negative)[static_cast<std::size_t>(channel * 3 + tile)], n);
    }
  }
  // L = 2^15 - 1 over the largest magnitude of a centred 8-bit code.
  EXPECT_EQ(reader->readDoubles(group + "/certificate/budget")->front(), 32767.0 / 128);
  EXPECT_EQ(*reader->integerAttribute(group + "/certificate", "guaranteed"), 1);
}

TEST(QuantizedFile, ChannelsMayHaveNarrowerWidths) {
  const auto path = temporaryPath("quantized.h5");
  QuantizedFile written = sample();
  QuantizedFileLayer& head = written.layers[1];
  head.groupScale = {};
  head.codes.row(1) =
      head.codes.row(1).unaryExpr([](std::int16_t code) { return static_cast<std::int16_t>(code / 512); });
  head.innerBits = 24;
  head.outerBits = 26;
  head.channelWeightBits = {12, 3, 12};
  head.channelInnerBits = {24, 13, 24};
  const Status status = writeQuantizedFile(path, written);
  ASSERT_TRUE(status) << status.error().line();
  const auto read = readQuantizedFile(path);
  ASSERT_TRUE(read) << read.error().line();
  for (std::size_t i = 0; i < 2; ++i) expectEqual(read->layers[i], written.layers[i]);
  const auto reader = hdf5::Reader::open(path);
  EXPECT_FALSE(reader->hasDataset("/layers/stem.conv/channel_weight_bits"));
  EXPECT_FALSE(reader->hasDataset("/layers/stem.conv/channel_inner_bits"));
  EXPECT_EQ(*reader->readIntegers("/layers/head/channel_weight_bits"), (std::vector<std::int64_t>{12, 3, 12}));
  // L / ν of each channel's own accumulator, for each of three tiles.
  const auto budgets = *reader->readDoubles("/layers/head/certificate/budget");
  ASSERT_EQ(budgets.size(), 9U);
  EXPECT_EQ(budgets[2], 8388607.0 / 255);
  EXPECT_EQ(budgets[3], 4095.0 / 255);

  const auto refuses = [&](const char* says) {
    EXPECT_THAT(writeQuantizedFile(temporaryPath("other.h5"), written), FailsWith(ErrorCode::invalidArgument, says));
  };
  head.channelInnerBits = {24, 6, 24};
  refuses("channel_inner_bits: expected widths that the codes of their channels keep for certain, found 6 at 1");
  head.channelInnerBits = {24, 25, 24};
  refuses("channel_inner_bits: expected 2 to 24 bits, found 25");
  head.channelInnerBits.clear();
  head.channelWeightBits = {12, 2, 12};
  refuses("codes from -2 to 1");
  head.channelWeightBits = {12, 12};
  EXPECT_THAT(writeQuantizedFile(temporaryPath("other.h5"), written), FailsWith(ErrorCode::wrongShape, "3 widths"));
}

TEST(QuantizedFile, APermutationOfInputsNamesEachOnce) {
  QuantizedFile written = sample();
  written.layers[0].inputPermutation[1] = 3;
  EXPECT_THAT(writeQuantizedFile(temporaryPath("other.h5"), written),
              FailsWith(ErrorCode::invalidArgument, "input_permutation: expected each input once"));
  written.layers[0].inputPermutation.pop_back();
  EXPECT_THAT(writeQuantizedFile(temporaryPath("other.h5"), written), FailsWith(ErrorCode::wrongShape, "6 inputs"));
}

TEST(QuantizedFile, GroupScalesAreCountedInTheOuterWidthAndOptional) {
  const auto path = temporaryPath("quantized.h5");
  QuantizedFile written = sample();
  ASSERT_TRUE(writeQuantizedFile(path, written));
  const auto reader = hdf5::Reader::open(path);
  ASSERT_TRUE(reader);
  EXPECT_FALSE(reader->hasDataset("/layers/stem.conv/group_scale"));
  EXPECT_EQ(reader->dataset("/layers/head/group_scale")->shape, (std::vector<std::int64_t>{3, 3}));
  EXPECT_EQ(reader->dataset("/layers/head/group_scale")->bytesPerElement, 1);
  EXPECT_EQ(*reader->readIntegers("/layers/head/group_scale"), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6, 7, 8, 1}));
  QuantizedFileLayer& head = written.layers[1];
  const int outer = certificateOf(head).smallestOuterBits();
  head.groupScale = {};
  EXPECT_LT(certificateOf(head).smallestOuterBits(), outer);

  head.groupScale = {Tiling::of(10, 5), CodeMatrix::Constant(3, 2, 2)};
  EXPECT_THAT(writeQuantizedFile(temporaryPath("other.h5"), written), FailsWith(ErrorCode::wrongShape, "group_scale"));
  head.groupScale = {Tiling::of(10, 4), CodeMatrix::Constant(3, 3, 17)};  // of 12-bit codes
  EXPECT_THAT(writeQuantizedFile(temporaryPath("other.h5"), written),
              FailsWith(ErrorCode::invalidArgument, "group_scale"));
}

TEST(QuantizedFile, RefusesInputTransformsThatCannotBe) {
  const auto refused = [](std::size_t layer, const auto& spoil) {
    QuantizedFile file = sample();
    spoil(file.layers[layer]);
    return !writeQuantizedFile(temporaryPath("quantized.h5"), file);
  };
  EXPECT_TRUE(refused(0, [](QuantizedFileLayer& conv) { conv.inputScaling.pop_back(); }));
  EXPECT_TRUE(refused(0, [](QuantizedFileLayer& conv) { conv.inputScaling[2] = 0.0; }));
  EXPECT_TRUE(refused(0, [](QuantizedFileLayer& conv) { conv.inputRotation = 2; }));
  EXPECT_TRUE(refused(1, [](QuantizedFileLayer& linear) { linear.inputRotation = 4; }));
  EXPECT_TRUE(refused(1, [](QuantizedFileLayer& linear) { linear.inputRotation = 5; }));
}

TEST(QuantizedFile, DynamicInputsAreMarkedAndOfLinearLayersOnly) {
  const auto path = temporaryPath("quantized.h5");
  QuantizedFile written = sample();
  ASSERT_TRUE(writeQuantizedFile(path, written));
  EXPECT_FALSE(hdf5::Reader::open(path)->integerAttribute("/layers/head", "input_dynamic")->has_value());
  EXPECT_FALSE(readQuantizedFile(path)->layers[1].dynamicInput);
  written.layers[1].dynamicInput = true;
  ASSERT_TRUE(writeQuantizedFile(path, written));
  EXPECT_EQ(*hdf5::Reader::open(path)->integerAttribute("/layers/head", "input_dynamic"), 1);
  const auto read = readQuantizedFile(path);
  ASSERT_TRUE(read) << read.error().line();
  EXPECT_TRUE(read->layers[1].dynamicInput);
  EXPECT_FALSE(read->layers[0].dynamicInput);
  expectEqual(read->layers[1], written.layers[1]);
  written.layers[0].dynamicInput = true;  // windows of an image share their values
  EXPECT_THAT(writeQuantizedFile(temporaryPath("other.h5"), written),
              FailsWith(ErrorCode::unsupported, "input_dynamic"));
}

TEST(QuantizedFile, UnprovenLayersSaySo) {
  const auto path = temporaryPath("quantized.h5");
  QuantizedFile written = sample();
  written.layers.pop_back();
  written.layers[0].innerBits = 6;
  ASSERT_TRUE(writeQuantizedFile(path, written));
  const auto reader = hdf5::Reader::open(path);
  EXPECT_EQ(*reader->integerAttribute("/layers/stem.conv/certificate", "guaranteed"), 0);
  EXPECT_TRUE(readQuantizedFile(path));
}

TEST(QuantizedFile, EveryCodeWidthRoundTrips) {
  for (int bits = 1; bits <= 16; ++bits) {
    const auto path = temporaryPath("quantized.h5");
    QuantizedFile written{"m", "{}", "{}", {randomLayer("fc", linearInfo(2, 50), bits, static_cast<unsigned>(bits))}};
    ASSERT_TRUE(writeQuantizedFile(path, written)) << bits;
    const auto read = readQuantizedFile(path);
    ASSERT_TRUE(read) << read.error().line();
    expectEqual(read->layers[0], written.layers[0]);
  }
}

struct Mistake {
  const char* title;
  std::function<void(QuantizedFile&)> spoil;
  ErrorCode code;
  const char* says;
};

class QuantizedMistake : public ::testing::TestWithParam<Mistake> {};

TEST_P(QuantizedMistake, IsNotWritten) {
  const auto path = temporaryPath("quantized.h5");
  QuantizedFile file{"m", "{}", "{}", {randomLayer("fc", linearInfo(2, 5), 4, 3)}};
  GetParam().spoil(file);
  EXPECT_THAT(writeQuantizedFile(path, file), FailsWith(GetParam().code, GetParam().says));
  EXPECT_FALSE(std::filesystem::exists(path));
}

INSTANTIATE_TEST_SUITE_P(
    QuantizedFile, QuantizedMistake,
    ::testing::Values(Mistake{"CodeBeyondItsBits", [](QuantizedFile& f) { f.layers[0].codes(1, 2) = 8; },
                              ErrorCode::invalidArgument, "codes from -8 to 7, found 8 at 7"},
                      Mistake{"ScaleZero", [](QuantizedFile& f) { f.layers[0].weightScale[1] = 0; },
                              ErrorCode::notFinite, "scales"},
                      Mistake{"ScalesTooFew", [](QuantizedFile& f) { f.layers[0].weightScale.pop_back(); },
                              ErrorCode::wrongShape, "2 scales"},
                      Mistake{"CodesOfAnotherShape", [](QuantizedFile& f) { f.layers[0].codes.resize(2, 4); },
                              ErrorCode::wrongShape, "5 codes a channel"},
                      Mistake{"BiasNan",
                              [](QuantizedFile& f) {
                                f.layers[0].bias = {0, std::nanf("")};
                              },
                              ErrorCode::notFinite, "/bias"},
                      Mistake{"InputCodesBeyondTheirBits",
                              [](QuantizedFile& f) {
                                f.layers[0].inputCodesShape = {1, 5};
                                f.layers[0].inputCodes = {0, 0, 0, 0, -1};
                              },
                              ErrorCode::invalidArgument, "/input_codes"},
                      Mistake{"InputCodesOfAnotherShape",
                              [](QuantizedFile& f) {
                                f.layers[0].inputCodesShape = {1, 4};
                                f.layers[0].inputCodes.resize(4);
                              },
                              ErrorCode::wrongShape, "[samples, 5]"},
                      Mistake{"InnerBitsZero", [](QuantizedFile& f) { f.layers[0].innerBits = 0; },
                              ErrorCode::invalidArgument, "@inner_bits"},
                      Mistake{"UnsignedInputsBeyondSixteenSignedBits",
                              [](QuantizedFile& f) {
                                f.layers[0].input = {1.0, 0, 16, ActivationEncoding::unsignedSymmetric};
                              },
                              ErrorCode::unsupported, "@input_bits: expected at most 15 bits"},
                      Mistake{"SignedSymmetricInputsOfOneBit",
                              [](QuantizedFile& f) {
                                f.layers[0].input = {1.0, 0, 1, ActivationEncoding::signedSymmetric};
                              },
                              ErrorCode::unsupported, "@input_bits: expected at least 2 bits"},
                      Mistake{"OverflowUnknown", [](QuantizedFile& f) { f.layers[0].overflow = "clamp"; },
                              ErrorCode::invalidArgument, "\"clamp\""},
                      Mistake{"NameWithSlash", [](QuantizedFile& f) { f.layers[0].info.name = "a/b"; },
                              ErrorCode::invalidArgument, "\"a/b\""},
                      Mistake{"NameTwice", [](QuantizedFile& f) { f.layers.push_back(f.layers[0]); },
                              ErrorCode::invalidArgument, "\"fc\""}),
    [](const auto& mistake) { return mistake.param.title; });

TEST(QuantizedFile, OtherFilesAreNotQuantizedFiles) {
  testing::CraftedDump dump;
  dump.linear("fc", 2, 2);
  dump.file.close();
  EXPECT_THAT(readQuantizedFile(dump.path), FailsWith(ErrorCode::unsupported, "quantize this dump first"));
  EXPECT_THAT(readQuantizedFile(temporaryPath("absent.h5")), FailsWith(ErrorCode::notFound, "no such file"));
}

TEST(QuantizedFile, AFolderThatDoesNotExistIsAWriteFailure) {
  const QuantizedFile file{"m", "{}", "{}", {randomLayer("fc", linearInfo(2, 5), 4, 3)}};
  EXPECT_THAT(writeQuantizedFile(temporaryPath("absent") / "q.h5", file),
              FailsWith(ErrorCode::writeFailed, "No such file or directory"));
}

}  // namespace
}  // namespace axescope
