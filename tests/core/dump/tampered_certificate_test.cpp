// SPDX-License-Identifier: GPL-3.0-or-later
// A quantized file that was changed after it was written does not pass.
#include <gtest/gtest.h>

#include "tests/core/dump/crafted_dump.h"
#include "tests/core/dump/random_layer.h"

namespace axescope {
namespace {

using testing::FailsWith;
using testing::linearInfo;
using testing::randomLayer;
using testing::temporaryPath;

/// Changes one value of a written file in place.
class Tampered : public ::testing::Test {
 protected:
  void SetUp() override {
    QuantizedFile file{"m", "{}", "{}", {randomLayer("fc", linearInfo(2, 5), 4, 3)}};
    file.layers[0].tileSize = 3;
    file.layers[0].groupScale = {Tiling::of(5, 3), CodeMatrix{{2, 1}, {1, 3}}};
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

TEST_F(Tampered, GroupScales) {
  setFirst("group_scale", 0);
  EXPECT_THAT(read(), FailsWith(ErrorCode::corrupt, "/layers/fc/group_scale: expected multipliers of at least 1"));
}

TEST_F(Tampered, NegativeSums) {
  setFirst("certificate/negative", -1000);
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

// Numbers of a file, not of the caller: damage.
TEST_F(Tampered, AWidthThatNoFormatHas) {
  setAttribute("/layers/fc", "weight_bits", 99);
  EXPECT_THAT(read(), FailsWith(ErrorCode::corrupt, "/layers/fc@weight_bits: expected 1 to 16, found 99"));
}

TEST_F(Tampered, AnAccumulatorThatNoFormatHas) {
  setAttribute("/layers/fc", "inner_bits", 1);
  EXPECT_THAT(read(), FailsWith(ErrorCode::corrupt, "/layers/fc@inner_bits: expected 2 to 63, found 1"));
}

TEST_F(Tampered, InputCodesBeyondSixteenSignedBits) {
  setAttribute("/layers/fc", "input_bits", 16);
  EXPECT_THAT(read(), FailsWith(ErrorCode::unsupported, "/layers/fc@input_bits: expected at most 15 bits"));
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

}  // namespace
}  // namespace axescope
