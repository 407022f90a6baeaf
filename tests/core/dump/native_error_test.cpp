// SPDX-License-Identifier: GPL-3.0-or-later
// Dumps that do not open: what is wrong is said with file, object, expected and found.
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "tests/core/dump/crafted_dump.h"

namespace axescope {
namespace {

using testing::CraftedDump;
using testing::FailsWith;
using Shape = std::vector<std::int64_t>;

struct Fault {
  const char* title;
  std::function<void(CraftedDump&)> spoil;
  ErrorCode code;
  const char* says;
};

/// Faults of a dump that has a good linear layer fc[2, 3] and a good convolution conv[4, 3, 3, 3].
class FaultyDump : public ::testing::TestWithParam<Fault> {};

TEST_P(FaultyDump, DoesNotOpen) {
  CraftedDump crafted;
  crafted.linear("fc", 2, 3);
  crafted.conv("conv", {4, 3, 3, 3});
  GetParam().spoil(crafted);
  const auto dump = crafted.open();
  EXPECT_THAT(dump, FailsWith(GetParam().code, GetParam().says));
  EXPECT_THAT(dump, FailsWith(GetParam().code, "model.h5: /"));
}

void replace(CraftedDump& dump, const std::string& object, const char* attribute, const std::string& value) {
  H5Adelete_by_name(dump.file.id(), object.c_str(), attribute, H5P_DEFAULT);
  dump.file.attribute(object, attribute, value);
}

void replaceWeight(CraftedDump& dump, const std::string& layer, const std::vector<hsize_t>& shape) {
  H5Ldelete(dump.file.id(), ("layers/" + layer + "/weight").c_str(), H5P_DEFAULT);
  dump.counting("layers/" + layer + "/weight", shape);
}

void graph(CraftedDump& dump, const std::string& nodes) {
  dump.file.text("graph", R"({"inputs":["x"],"outputs":["x"],"nodes":[)" + nodes + "]}");
}

INSTANTIATE_TEST_SUITE_P(
    Root, FaultyDump,
    ::testing::Values(Fault{"VersionMissing", [](CraftedDump& d) { H5Adelete(d.file.id(), "version"); },
                            ErrorCode::notFound, "/@version: expected version 1"},
                      Fault{"VersionNewer",
                            [](CraftedDump& d) {
                              H5Adelete(d.file.id(), "version");
                              d.file.attribute("/", "version", std::int64_t{2});
                            },
                            ErrorCode::unsupported, "version 2, written for a newer release"},
                      Fault{"VersionIsText", [](CraftedDump& d) { replace(d, "/", "version", "1"); },
                            ErrorCode::wrongType, "/@version"},
                      Fault{"TaskUnknown", [](CraftedDump& d) { replace(d, "/", "task", "regression"); },
                            ErrorCode::unsupported, "\"regression\""},
                      Fault{"FormatOfResults", [](CraftedDump& d) { replace(d, "/", "format", "axescope-results"); },
                            ErrorCode::unsupported, "pareto"},
                      Fault{"FormatOfQuantized",
                            [](CraftedDump& d) { replace(d, "/", "format", "axescope-quantized"); },
                            ErrorCode::unsupported, "certify"},
                      Fault{"LayersMissing", [](CraftedDump& d) { H5Ldelete(d.file.id(), "layers", H5P_DEFAULT); },
                            ErrorCode::notFound, "/layers"},
                      Fault{"LayersEmpty",
                            [](CraftedDump& d) {
                              H5Ldelete(d.file.id(), "layers", H5P_DEFAULT);
                              d.file.group("layers");
                            },
                            ErrorCode::empty, "at least one layer"},
                      Fault{"LayersAreALink",
                            [](CraftedDump& d) {
                              H5Lmove(d.file.id(), "layers", d.file.id(), "real", H5P_DEFAULT, H5P_DEFAULT);
                              H5Lcreate_soft("/real", d.file.id(), "layers", H5P_DEFAULT, H5P_DEFAULT);
                            },
                            ErrorCode::refused, "a soft link"},
                      Fault{"LayerIsADataset",
                            [](CraftedDump& d) {
                              d.counting("layers/odd", {2, 2});
                            },
                            ErrorCode::wrongType, "/layers/odd"}),
    [](const auto& fault) { return fault.param.title; });

INSTANTIATE_TEST_SUITE_P(
    Layer, FaultyDump,
    ::testing::Values(
        Fault{"KindMissing", [](CraftedDump& d) { H5Adelete_by_name(d.file.id(), "layers/fc", "kind", H5P_DEFAULT); },
              ErrorCode::notFound, "/layers/fc@kind"},
        Fault{"KindUnknown", [](CraftedDump& d) { replace(d, "layers/fc", "kind", "conv3d"); }, ErrorCode::unsupported,
              "\"conv3d\""},
        Fault{"AxisOrderMissing",
              [](CraftedDump& d) { H5Adelete_by_name(d.file.id(), "layers/conv", "axis_order", H5P_DEFAULT); },
              ErrorCode::notFound, "/layers/conv@axis_order: expected \"OIHW\""},
        Fault{"AxisOrderOther", [](CraftedDump& d) { replace(d, "layers/fc", "axis_order", "IO"); },
              ErrorCode::unsupported, "found \"IO\""},
        Fault{"WeightMissing", [](CraftedDump& d) { H5Ldelete(d.file.id(), "layers/fc/weight", H5P_DEFAULT); },
              ErrorCode::notFound, "/layers/fc/weight"},
        Fault{"WeightIsInteger",
              [](CraftedDump& d) {
                H5Ldelete(d.file.id(), "layers/fc/weight", H5P_DEFAULT);
                d.file.integers("layers/fc/weight", {1, 1}, {1});
              },
              ErrorCode::wrongType, "floating-point weights"},
        Fault{"WeightOfAnotherRank",
              [](CraftedDump& d) {
                replaceWeight(d, "fc", {2, 3, 4});
              },
              ErrorCode::wrongShape, "2 axes (OI), found shape [2, 3, 4]"},
        Fault{"ConvWeightOfAnotherRank",
              [](CraftedDump& d) {
                replaceWeight(d, "conv", {2, 3});
              },
              ErrorCode::wrongShape, "4 axes (OIHW)"},
        Fault{"WeightEmpty",
              [](CraftedDump& d) {
                H5Ldelete(d.file.id(), "layers/fc/weight", H5P_DEFAULT);
                d.file.declare("layers/fc/weight", {2, 0}, H5T_IEEE_F32LE);
              },
              ErrorCode::empty, "[2, 0]"},
        Fault{"WeightHuge",
              [](CraftedDump& d) {
                H5Ldelete(d.file.id(), "layers/fc/weight", H5P_DEFAULT);
                const hid_t creation = testing::chunked({64, 64});
                d.file.declare("layers/fc/weight", {1 << 30, 1 << 30}, H5T_IEEE_F32LE, creation);
                H5Pclose(creation);
              },
              ErrorCode::tooLarge, "/layers/fc/weight"},
        Fault{"WeightNeverWritten",
              [](CraftedDump& d) {
                H5Ldelete(d.file.id(), "layers/fc/weight", H5P_DEFAULT);
                d.file.declare("layers/fc/weight", {100'000, 1000}, H5T_IEEE_F32LE);
              },
              ErrorCode::refused, "not all was ever written"},
        Fault{"WeightIsALink",
              [](CraftedDump& d) {
                H5Ldelete(d.file.id(), "layers/fc/weight", H5P_DEFAULT);
                H5Lcreate_external("other.h5", "/w", d.file.id(), "layers/fc/weight", H5P_DEFAULT, H5P_DEFAULT);
              },
              ErrorCode::refused, "an external link"},
        Fault{
            "OptionalBiasIsALink",
            [](CraftedDump& d) { H5Lcreate_soft("/nowhere", d.file.id(), "layers/fc/bias", H5P_DEFAULT, H5P_DEFAULT); },
            ErrorCode::refused, "/layers/fc/bias"},
        Fault{"BiasOfAnotherSize", [](CraftedDump& d) { d.counting("layers/fc/bias", {3}); }, ErrorCode::wrongShape,
              "/layers/fc/bias: expected shape [2], found shape [3]"},
        Fault{"BiasOfAnotherRank",
              [](CraftedDump& d) {
                d.counting("layers/fc/bias", {2, 1});
              },
              ErrorCode::wrongShape, "shape [2, 1]"},
        Fault{"GroupsDoNotDivide", [](CraftedDump& d) { d.file.attribute("layers/conv", "groups", std::int64_t{3}); },
              ErrorCode::wrongShape, "groups that divide 4"},
        Fault{"GroupsZero", [](CraftedDump& d) { d.file.attribute("layers/conv", "groups", std::int64_t{0}); },
              ErrorCode::corrupt, "/layers/conv@groups"},
        Fault{"StrideZero",
              [](CraftedDump& d) {
                d.file.attribute("layers/conv", "stride", Shape{1, 0});
              },
              ErrorCode::corrupt, "/layers/conv@stride"},
        Fault{"StrideOfThree",
              [](CraftedDump& d) {
                d.file.attribute("layers/conv", "stride", Shape{1, 1, 1});
              },
              ErrorCode::wrongShape, "2 integers"},
        Fault{"DilationNegative",
              [](CraftedDump& d) {
                d.file.attribute("layers/conv", "dilation", Shape{-1, 1});
              },
              ErrorCode::corrupt, "found -1"},
        Fault{"PaddingHuge",
              [](CraftedDump& d) {
                d.file.attribute("layers/conv", "padding", Shape{std::int64_t{1} << 62, 1});
              },
              ErrorCode::corrupt, "/layers/conv@padding"},
        Fault{"PaddingOfThree",
              [](CraftedDump& d) {
                d.file.attribute("layers/conv", "padding", Shape{1, 1, 1});
              },
              ErrorCode::wrongShape, "2 or 4 integers"}),
    [](const auto& fault) { return fault.param.title; });

INSTANTIATE_TEST_SUITE_P(
    Given, FaultyDump,
    ::testing::Values(Fault{"ScaleZero", [](CraftedDump& d) { d.file.attribute("layers/fc", "input_scale", 0.0); },
                            ErrorCode::notFinite, "/layers/fc@input_scale"},
                      Fault{"ScaleNan",
                            [](CraftedDump& d) { d.file.attribute("layers/fc", "input_scale", std::nan("")); },
                            ErrorCode::notFinite, "input_scale"},
                      Fault{"ZeroPointWithoutScale",
                            [](CraftedDump& d) { d.file.attribute("layers/fc", "input_zero_point", std::int64_t{3}); },
                            ErrorCode::notFound, "input_scale"},
                      Fault{"ZeroPointBeyondTheCodes",
                            [](CraftedDump& d) {
                              d.file.attribute("layers/fc", "input_scale", 1.0);
                              d.file.attribute("layers/fc", "input_zero_point", std::int64_t{256});
                            },
                            ErrorCode::corrupt, "expected 0 to 255, found 256"},
                      Fault{"SignedZeroPointBeyondTheCodes",
                            [](CraftedDump& d) {
                              d.file.attribute("layers/fc", "input_scale", 1.0);
                              d.file.attribute("layers/fc", "input_signed", std::int64_t{1});
                              d.file.attribute("layers/fc", "input_zero_point", std::int64_t{128});
                            },
                            ErrorCode::corrupt, "expected -128 to 127"},
                      Fault{"BitsTooMany",
                            [](CraftedDump& d) {
                              d.file.attribute("layers/fc", "input_scale", 1.0);
                              d.file.attribute("layers/fc", "input_bits", std::int64_t{17});
                            },
                            ErrorCode::corrupt, "expected 1 to 16"},
                      Fault{"WeightScaleOfAnotherSize",
                            [](CraftedDump& d) { d.counting("layers/fc/weight_scale", {3}); }, ErrorCode::wrongShape,
                            "shape [2] or [1]"},
                      Fault{"WeightScaleNegative",
                            [](CraftedDump& d) {
                              d.file.floats("layers/fc/weight_scale", {2}, {1, -1});
                            },
                            ErrorCode::notFinite, "found -1.000000 at [1]"}),
    [](const auto& fault) { return fault.param.title; });

INSTANTIATE_TEST_SUITE_P(
    Data, FaultyDump,
    ::testing::Values(Fault{"InputsDoNotMatchK",
                            [](CraftedDump& d) {
                              d.counting("layers/fc/input", {5, 4});
                            },
                            ErrorCode::wrongShape, "expected shape [samples, 3], found shape [5, 4]"},
                      Fault{"InputsOfAnotherRank",
                            [](CraftedDump& d) {
                              d.counting("layers/fc/input", {5, 1, 3});
                            },
                            ErrorCode::wrongShape, "[5, 1, 3]"},
                      Fault{"ConvInputsOfAnotherRank",
                            [](CraftedDump& d) {
                              d.counting("layers/conv/input", {5, 27});
                            },
                            ErrorCode::wrongShape, "[samples, 3, height, width]"},
                      Fault{"ConvInputsSmallerThanTheKernel",
                            [](CraftedDump& d) {
                              d.counting("layers/conv/input", {1, 3, 2, 9});
                            },
                            ErrorCode::wrongShape, "no smaller than the kernel"},
                      Fault{"LayerCalibrationEmpty",
                            [](CraftedDump& d) {
                              d.file.declare("layers/fc/input", {0, 3}, H5T_IEEE_F32LE);
                            },
                            ErrorCode::empty, "/layers/fc/input"},
                      Fault{"CalibrationEmpty",
                            [](CraftedDump& d) {
                              d.file.declare("calibration/inputs", {0, 3}, H5T_IEEE_F32LE);
                            },
                            ErrorCode::empty, "/calibration/inputs"},
                      Fault{"CalibrationOfRankOne", [](CraftedDump& d) { d.counting("calibration/inputs", {3}); },
                            ErrorCode::wrongShape, "/calibration/inputs"},
                      Fault{"TokensAreReal",
                            [](CraftedDump& d) {
                              replace(d, "/", "task", "language-modeling");
                              d.counting("eval/inputs", {2, 3});
                            },
                            ErrorCode::wrongType, "integer token ids"},
                      Fault{"LabelsOfAnotherCount",
                            [](CraftedDump& d) {
                              d.counting("eval/inputs", {2, 3});
                              d.file.integers("eval/labels", {3}, {1, 2, 3});
                            },
                            ErrorCode::wrongShape, "one label for each of 2 inputs"},
                      Fault{"LabelsAreReal",
                            [](CraftedDump& d) {
                              d.counting("eval/inputs", {2, 3});
                              d.counting("eval/labels", {2});
                            },
                            ErrorCode::wrongType, "integer labels"},
                      Fault{"LabelsWithoutInputs", [](CraftedDump& d) { d.file.integers("eval/labels", {1}, {1}); },
                            ErrorCode::notFound, "inputs beside the labels"}),
    [](const auto& fault) { return fault.param.title; });

INSTANTIATE_TEST_SUITE_P(
    InGraph, FaultyDump,
    ::testing::Values(
        Fault{"NoJson", [](CraftedDump& d) { d.file.text("graph", "nodes"); }, ErrorCode::corrupt, "/graph"},
        Fault{"NotText", [](CraftedDump& d) { d.counting("graph", {1}); }, ErrorCode::wrongType, "/graph"},
        Fault{"LayerMissing",
              [](CraftedDump& d) { graph(d, R"({"name":"y","op":"linear","inputs":["x"],"layer":"fc2"})"); },
              ErrorCode::notFound, "/graph node y: expected a layer in /layers, found no group fc2"},
        Fault{"LayerOfAnotherKind",
              [](CraftedDump& d) { graph(d, R"({"name":"y","op":"linear","inputs":["x"],"layer":"conv"})"); },
              ErrorCode::unsupported, "operation conv2d for layer conv, found linear"},
        Fault{"LayerOfAnotherOperation",
              [](CraftedDump& d) { graph(d, R"({"name":"y","op":"relu","inputs":["x"],"layer":"fc"})"); },
              ErrorCode::unsupported, "found relu"},
        Fault{"ParameterMissing",
              [](CraftedDump& d) {
                graph(d, R"({"name":"y","op":"rms_norm","inputs":["x"],"params":{"weight":"norm"}})");
              },
              ErrorCode::notFound, "found no dataset norm"}),
    [](const auto& fault) { return fault.param.title; });

}  // namespace
}  // namespace axescope
