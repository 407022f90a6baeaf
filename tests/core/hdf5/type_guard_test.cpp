// SPDX-License-Identifier: GPL-3.0-or-later
// Only plain numbers are numbers.
#include <array>

#include <gtest/gtest.h>

#include "core/hdf5/reader.h"
#include "tests/core/hdf5/crafted_file.h"

namespace axescope::hdf5 {
namespace {

using testing::CraftedFile;
using testing::FailsWith;
using testing::temporaryPath;

/// What the reader says about a dataset of one element of a type.
Result<std::vector<float>> readOne(hid_t type) {
  const auto path = temporaryPath("file.h5");
  CraftedFile file(path);
  const hid_t compact = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_alloc_time(compact, H5D_ALLOC_TIME_EARLY);
  file.declare("weight", {1}, type, compact);
  H5Pclose(compact);
  file.close();
  H5Tclose(type);
  const auto reader = Reader::open(path);
  if (!reader) return fail(reader.error());
  return reader->readFloats("/weight");
}

TEST(Type, CompoundIsRefused) {
  const hid_t type = H5Tcreate(H5T_COMPOUND, 8);
  H5Tinsert(type, "real", 0, H5T_IEEE_F32LE);
  H5Tinsert(type, "imaginary", 4, H5T_IEEE_F32LE);
  EXPECT_THAT(readOne(type), FailsWith(ErrorCode::wrongType, "a compound type"));
}

TEST(Type, VariableLengthIsRefused) {
  EXPECT_THAT(readOne(H5Tvlen_create(H5T_IEEE_F32LE)), FailsWith(ErrorCode::wrongType, "variable-length sequences"));
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, H5T_VARIABLE);
  EXPECT_THAT(readOne(text), FailsWith(ErrorCode::wrongType, "variable-length text"));
}

TEST(Type, ArraysEnumerationsReferencesAndBytesAreRefused) {
  const hsize_t size = 3;
  EXPECT_THAT(readOne(H5Tarray_create2(H5T_IEEE_F32LE, 1, &size)), FailsWith(ErrorCode::wrongType, "an array type"));
  const hid_t enumeration = H5Tenum_create(H5T_STD_I8LE);
  const std::int8_t value = 1;
  H5Tenum_insert(enumeration, "ONE", &value);
  EXPECT_THAT(readOne(enumeration), FailsWith(ErrorCode::wrongType, "an enumeration"));
  EXPECT_THAT(readOne(H5Tcopy(H5T_STD_REF_OBJ)), FailsWith(ErrorCode::wrongType, "object references"));
  EXPECT_THAT(readOne(H5Tcreate(H5T_OPAQUE, 4)), FailsWith(ErrorCode::wrongType, "opaque bytes"));
  EXPECT_THAT(readOne(H5Tcopy(H5T_STD_B8LE)), FailsWith(ErrorCode::wrongType, "bit fields"));
}

TEST(Type, NumbersOfAnUnusualLayoutAreRefused) {
  const hid_t narrow = H5Tcopy(H5T_STD_I32LE);
  H5Tset_precision(narrow, 12);
  EXPECT_THAT(readOne(narrow), FailsWith(ErrorCode::wrongType, "of an unusual layout"));
  const hid_t wide = H5Tcopy(H5T_STD_I64LE);
  H5Tset_size(wide, 16);
  EXPECT_THAT(readOne(wide), FailsWith(ErrorCode::wrongType, "128-bit integers"));
  EXPECT_THAT(readOne(H5Tcopy(H5T_NATIVE_LDOUBLE)), FailsWith(ErrorCode::wrongType, "128-bit floating-point"));
  const hid_t odd = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_ebias(odd, 100);
  EXPECT_THAT(readOne(odd), FailsWith(ErrorCode::wrongType, "of an unusual layout"));
}

}  // namespace
}  // namespace axescope::hdf5
