// SPDX-License-Identifier: GPL-3.0-or-later
// Dumps that open and hold bad numbers, and files that are no dumps.
#include <fstream>
#include <iterator>
#include <limits>

#include <gtest/gtest.h>

#include "tests/core/dump/crafted_dump.h"

namespace axescope {
namespace {

using testing::CraftedDump;
using testing::FailsWith;
using testing::temporaryPath;

class Spoilt : public ::testing::Test {
 protected:
  Dump opened() {
    auto dump = crafted.open();
    EXPECT_TRUE(dump) << dump.error().line();
    return std::move(*dump);
  }
  CraftedDump crafted;
};

TEST_F(Spoilt, NumbersThatAreNotFiniteAreFoundWithTheirIndex) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float infinity = std::numeric_limits<float>::infinity();
  crafted.linear("a", 2, 2);
  crafted.file.floats("layers/a/bias", {2}, {0, -infinity});
  crafted.file.floats("layers/a/input", {3, 2}, {0, 0, 0, 0, 0, nan});
  crafted.file.floats("layers/b/weight", {2, 3}, {0, 0, 0, 0, 0, infinity});
  crafted.file.attribute("layers/b", "kind", "linear");
  crafted.file.attribute("layers/b", "axis_order", "OI");
  crafted.file.floats("params/norm", {2}, {nan, 0});
  crafted.file.floats("eval/inputs", {2, 2}, {0, 0, infinity, 0});
  const Dump dump = opened();
  EXPECT_THAT(dump.loadLayer(0), FailsWith(ErrorCode::notFinite, "/layers/a/bias: expected"));
  EXPECT_THAT(dump.loadLayer(0), FailsWith(ErrorCode::notFinite, "-infinity at [1]"));
  EXPECT_THAT(dump.loadLayer(1), FailsWith(ErrorCode::notFinite, "infinity at [1, 2]"));
  EXPECT_TRUE(dump.loadLayerInput(0, 0, 2));
  EXPECT_THAT(dump.loadLayerInput(0, 1, 2), FailsWith(ErrorCode::notFinite, "NaN at [2, 1]"));
  EXPECT_THAT(dump.loadParam("norm"), FailsWith(ErrorCode::notFinite, "/params/norm"));
  EXPECT_THAT(dump.loadEvaluation(1, 1), FailsWith(ErrorCode::notFinite, "infinity at [1, 0]"));
}

TEST_F(Spoilt, DoublesBeyondFloat32AreNotFinite) {
  const std::vector<double> values{1, 1e300};
  crafted.file.dataset("layers/a/weight", {1, 2}, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, values.data());
  crafted.file.attribute("layers/a", "kind", "linear");
  crafted.file.attribute("layers/a", "axis_order", "OI");
  EXPECT_THAT(opened().loadLayer(0),
              FailsWith(ErrorCode::notFinite, "expected numbers within float32, found infinity"));
}

TEST_F(Spoilt, AScaleUnderWhichWeightsAreNoCodesIsRefused) {
  crafted.linear("a", 2, 2);
  const std::vector<double> tiny{1.0, 1e-42};
  crafted.file.dataset("layers/a/weight_scale", {2}, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, tiny.data());
  crafted.linear("b", 2, 2);
  crafted.file.floats("layers/b/weight_scale", {1}, {0x1p-37F});  // the largest weight is 4
  const Dump dump = opened();
  EXPECT_THAT(dump.loadLayer(0), FailsWith(ErrorCode::corrupt, "/layers/a/weight_scale: expected scales of at least"));
  EXPECT_THAT(dump.loadLayer(0), FailsWith(ErrorCode::corrupt, "found 1e-42 for a weight of 4 in channel 1"));
  EXPECT_TRUE(dump.loadLayer(1));
}

TEST_F(Spoilt, WhatIsAskedForMustExist) {
  crafted.linear("a", 2, 2);
  crafted.file.integers("eval/inputs", {2, 2}, {0, 0, 0, 0});
  crafted.file.integers("eval/labels", {2}, {0, -1});
  const Dump dump = opened();
  EXPECT_THAT(dump.loadLayer(1), FailsWith(ErrorCode::invalidArgument, "layer 1"));
  EXPECT_THAT(dump.loadLayerInput(0, 0, 1), FailsWith(ErrorCode::notFound, "inputs of layer a"));
  EXPECT_THAT(dump.loadLayerInput(7, 0, 1), FailsWith(ErrorCode::invalidArgument, "layer 7"));
  EXPECT_THAT(dump.loadParam("absent"), FailsWith(ErrorCode::notFound, "/params"));
  EXPECT_THAT(dump.loadCalibration(0, 1), FailsWith(ErrorCode::notFound, "/calibration"));
  EXPECT_THAT(dump.loadEvaluation(1, 2), FailsWith(ErrorCode::invalidArgument, "rows 0 to 2"));
  EXPECT_TRUE(dump.loadLabels(1));
  EXPECT_THAT(dump.loadLabels(2), FailsWith(ErrorCode::unsupported, "-1 at [1]"));
  EXPECT_THAT(dump.loadLabels(3), FailsWith(ErrorCode::invalidArgument, "/eval/labels"));
}

TEST(DumpFile, AbsentForeignAndTruncatedFilesAreReported) {
  EXPECT_THAT(Dump::open(temporaryPath("absent.h5")), FailsWith(ErrorCode::notFound, "no such file"));
  std::ofstream(temporaryPath("text.h5")) << "no HDF5";
  EXPECT_THAT(Dump::open(temporaryPath("text.h5")), FailsWith(ErrorCode::notHdf5, "text.h5"));
  CraftedDump crafted;
  crafted.linear("fc", 2, 3);
  crafted.file.close();
  std::ifstream stream(crafted.path, std::ios::binary);
  const std::string whole{std::istreambuf_iterator<char>(stream), {}};
  for (std::size_t length = 8; length < whole.size(); length += 211) {
    const auto path = temporaryPath("part.h5");
    std::ofstream(path, std::ios::binary) << whole.substr(0, length);
    EXPECT_THAT(Dump::open(path), FailsWith(ErrorCode::corrupt, "truncated or damaged HDF5 file")) << length;
  }
}

}  // namespace
}  // namespace axescope
