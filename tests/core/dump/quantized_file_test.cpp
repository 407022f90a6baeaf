// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/dump/quantized_file.h"

#include <numeric>
#include <random>

#include <gtest/gtest.h>

#include "tests/core/dump/crafted_dump.h"

namespace axescope {
namespace {

using testing::FailsWith;
using testing::temporaryPath;

/// A layer whose codes are random but fixed.
QuantizedFileLayer randomLayer(const std::string& name, LayerInfo info, int weightBits, unsigned seed) {
  QuantizedFileLayer layer;
  info.name = name;
  layer.info = info;
  layer.weightBits = weightBits;
  std::mt19937 random(seed);
  const IntegerRange range = twosComplement(weightBits);
  layer.codes.resize(info.channels, info.k());
  for (std::int16_t& code : layer.codes.reshaped())
    code = static_cast<std::int16_t>(range.low + static_cast<std::int64_t>(random() % (range.high - range.low + 1)));
  for (std::int64_t c = 0; c < info.channels; ++c) layer.weightScale.push_back(0.01 * static_cast<double>(c + 1));
  layer.input = {0.05, 7, 8, ActivationEncoding::asymmetric};
  layer.innerBits = 16;
  layer.outerBits = 20;
  return layer;
}

LayerInfo linearInfo(std::int64_t channels, std::int64_t inputs) {
  LayerInfo info;
  info.channels = channels;
  info.inputs = inputs;
  return info;
}

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
  EXPECT_EQ(found.weightScale, expected.weightScale);
  EXPECT_EQ(found.bias, expected.bias);
  EXPECT_EQ(found.input, expected.input);
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
                      Mistake{"OverflowUnknown", [](QuantizedFile& f) { f.layers[0].overflow = "clamp"; },
                              ErrorCode::invalidArgument, "\"clamp\""},
                      Mistake{"NameWithSlash", [](QuantizedFile& f) { f.layers[0].info.name = "a/b"; },
                              ErrorCode::invalidArgument, "\"a/b\""},
                      Mistake{"NameTwice", [](QuantizedFile& f) { f.layers.push_back(f.layers[0]); },
                              ErrorCode::invalidArgument, "\"fc\""}),
    [](const auto& mistake) { return mistake.param.title; });

/// Changes one value of a written file in place.
class Tampered : public ::testing::Test {
 protected:
  void SetUp() override {
    const QuantizedFile file{"m", "{}", "{}", {randomLayer("fc", linearInfo(2, 5), 4, 3)}};
    ASSERT_TRUE(writeQuantizedFile(path, file));
    ASSERT_TRUE(readQuantizedFile(path));
    id = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
    ASSERT_GE(id, 0);
  }
  void setFirst(const std::string& name, double value) {
    const hid_t dataset = H5Dopen2(id, ("/layers/fc/" + name).c_str(), H5P_DEFAULT);
    const hid_t space = H5Dget_space(dataset);
    const hsize_t origin[2] = {0, 0};
    H5Sselect_elements(space, H5S_SELECT_SET, 1, origin);
    const hid_t memory = H5Screate(H5S_SCALAR);
    ASSERT_GE(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, memory, space, H5P_DEFAULT, &value), 0);
    H5Sclose(memory);
    H5Sclose(space);
    H5Dclose(dataset);
  }
  void setAttribute(const std::string& object, const std::string& name, std::int64_t value) {
    const hid_t owner = H5Oopen(id, object.c_str(), H5P_DEFAULT);
    const hid_t attribute = H5Aopen(owner, name.c_str(), H5P_DEFAULT);
    ASSERT_GE(H5Awrite(attribute, H5T_NATIVE_INT64, &value), 0);
    H5Aclose(attribute);
    H5Oclose(owner);
  }
  Result<QuantizedFile> read() {
    H5Fclose(id);
    return readQuantizedFile(path);
  }
  std::filesystem::path path = temporaryPath("quantized.h5");
  hid_t id = H5I_INVALID_HID;
};

TEST_F(Tampered, PositiveSums) {
  setFirst("certificate/positive", 1000);
  EXPECT_THAT(read(), FailsWith(ErrorCode::corrupt, "/layers/fc/certificate/positive: expected the certificate"));
}

TEST_F(Tampered, NegativeSums) {
  setFirst("certificate/negative", 0.0);
  EXPECT_THAT(read(), FailsWith(ErrorCode::corrupt, "certificate/negative"));
}

TEST_F(Tampered, Budget) {
  setFirst("certificate/budget", 1e6);
  EXPECT_THAT(read(), FailsWith(ErrorCode::corrupt, "certificate/budget"));
}

TEST_F(Tampered, Guarantee) {
  setAttribute("/layers/fc/certificate", "guaranteed", 0);
  EXPECT_THAT(read(), FailsWith(ErrorCode::corrupt, "certificate@guaranteed"));
}

TEST_F(Tampered, ACodeOfTheSameSignAndAnotherSize) {
  setFirst("codes", 7);
  EXPECT_THAT(read(), FailsWith(ErrorCode::corrupt, "certificate"));
}

TEST_F(Tampered, ACodeBeyondItsBits) {
  setFirst("codes", 100);
  EXPECT_THAT(read(), FailsWith(ErrorCode::corrupt, "codes from -8 to 7, found 100"));
}

TEST_F(Tampered, ATileOfAnotherSize) {
  setAttribute("/layers/fc", "tile", 2);
  EXPECT_THAT(read(), FailsWith(ErrorCode::corrupt, "shape [2, 3]"));
}

TEST_F(Tampered, ANarrowerAccumulatorThanProven) {
  setAttribute("/layers/fc", "inner_bits", 4);
  EXPECT_THAT(read(), FailsWith(ErrorCode::corrupt, "certificate"));
}

TEST_F(Tampered, TheCertificateIsMissing) {
  H5Ldelete(id, "/layers/fc/certificate", H5P_DEFAULT);
  EXPECT_THAT(read(), FailsWith(ErrorCode::notFound, "/layers/fc/certificate"));
}

TEST_F(Tampered, AScaleThatIsNotPositive) {
  const hid_t dataset = H5Dopen2(id, "/layers/fc/weight_scale", H5P_DEFAULT);
  const double values[2] = {1, -1};
  H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values);
  H5Dclose(dataset);
  EXPECT_THAT(read(), FailsWith(ErrorCode::notFinite, "/layers/fc/weight_scale"));
}

TEST_F(Tampered, ANewerVersion) {
  setAttribute("/", "version", 2);
  EXPECT_THAT(read(), FailsWith(ErrorCode::unsupported, "version 2"));
}

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
