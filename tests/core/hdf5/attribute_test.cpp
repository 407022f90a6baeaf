// SPDX-License-Identifier: GPL-3.0-or-later
// Attributes as h5py and numpy write them, and what is not accepted in their place.
#include <array>
#include <chrono>
#include <limits>

#include <gtest/gtest.h>

#include "core/hdf5/reader.h"
#include "tests/core/hdf5/crafted_file.h"

namespace axescope::hdf5 {
namespace {

using ::testing::ElementsAre;
using testing::FailsWith;
using testing::HasValueThat;
using ::testing::Optional;

class Attribute : public testing::CraftedFileTest {};

TEST_F(Attribute, TextOfVariableAndFixedLength) {
  file.attribute("/", "variable", "Größe");
  file.attribute("/", "empty", "");
  const hid_t padded = H5Tcopy(H5T_C_S1);
  H5Tset_size(padded, 6);
  H5Tset_strpad(padded, H5T_STR_SPACEPAD);
  file.attribute("/", "padded", {}, padded, padded, "conv  ");
  H5Tset_strpad(padded, H5T_STR_NULLPAD);
  file.attribute("/", "full", {1}, padded, padded, "conv2d");
  H5Tclose(padded);
  const Reader opened = reader();
  EXPECT_THAT(opened.stringAttribute("/", "variable"), HasValueThat(Optional(std::string("Größe"))));
  EXPECT_THAT(opened.stringAttribute("/", "empty"), HasValueThat(Optional(std::string())));
  EXPECT_THAT(opened.stringAttribute("/", "padded"), HasValueThat(Optional(std::string("conv"))));
  EXPECT_THAT(opened.stringAttribute("/", "full"), HasValueThat(Optional(std::string("conv2d"))));
}

TEST_F(Attribute, ListsOfText) {
  file.attribute("/", "layer_names", std::vector<std::string>{"dense", "conv2d_1"});
  file.attribute("/", "none", {0}, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, nullptr);
  const std::array<const char*, 2> texts{"a", "bc"};
  const hid_t variable = H5Tcopy(H5T_C_S1);
  H5Tset_size(variable, H5T_VARIABLE);
  file.attribute("/", "variable", {2}, variable, variable, static_cast<const void*>(texts.data()));
  H5Tclose(variable);
  const Reader opened = reader();
  EXPECT_THAT(opened.stringListAttribute("/", "layer_names"), HasValueThat(Optional(ElementsAre("dense", "conv2d_1"))));
  EXPECT_THAT(opened.stringListAttribute("/", "none"), HasValueThat(Optional(ElementsAre())));
  EXPECT_THAT(opened.stringListAttribute("/", "variable"), HasValueThat(Optional(ElementsAre("a", "bc"))));
  EXPECT_THAT(opened.stringAttribute("/", "layer_names"), FailsWith(ErrorCode::wrongShape, "/@layer_names"));
}

TEST_F(Attribute, IntegersOfAnyWidthAndBooleans) {
  file.attribute("/", "version", std::int64_t{1});
  const std::int16_t small = -3;
  file.attribute("/", "small", {1}, H5T_STD_I16BE, H5T_NATIVE_INT16, &small);
  // h5py stores a bool as an enumeration of 8-bit integers.
  const hid_t boolean = H5Tenum_create(H5T_NATIVE_INT8);
  const std::array<std::int8_t, 2> values{0, 1};
  H5Tenum_insert(boolean, "FALSE", &values[0]);
  H5Tenum_insert(boolean, "TRUE", &values[1]);
  file.attribute("/", "flag", {}, boolean, boolean, &values[1]);
  H5Tclose(boolean);
  file.attribute("/", "stride", std::vector<std::int64_t>{2, 1});
  const Reader opened = reader();
  EXPECT_THAT(opened.integerAttribute("/", "version"), HasValueThat(Optional(1)));
  EXPECT_THAT(opened.integerAttribute("/", "small"), HasValueThat(Optional(-3)));
  EXPECT_THAT(opened.integerAttribute("/", "flag"), HasValueThat(Optional(1)));
  EXPECT_THAT(opened.realAttribute("/", "version"), HasValueThat(Optional(1.0)));
  EXPECT_THAT(opened.integerListAttribute("/", "stride"), HasValueThat(Optional(ElementsAre(2, 1))));
  EXPECT_THAT(opened.integerListAttribute("/", "version"), HasValueThat(Optional(ElementsAre(1))));
  EXPECT_THAT(opened.integerAttribute("/", "stride"), FailsWith(ErrorCode::wrongShape, "shape [2]"));
}

TEST_F(Attribute, RealNumbers) {
  file.attribute("/", "scale", 0.125);
  const float single = 0.5F;
  file.attribute("/", "single", {}, H5T_IEEE_F32BE, H5T_NATIVE_FLOAT, &single);
  const Reader opened = reader();
  EXPECT_THAT(opened.realAttribute("/", "scale"), HasValueThat(Optional(0.125)));
  EXPECT_THAT(opened.realAttribute("/", "single"), HasValueThat(Optional(0.5)));
}

TEST_F(Attribute, AbsentIsNoError) {
  file.group("layers");
  const Reader opened = reader();
  EXPECT_THAT(opened.stringAttribute("/layers", "kind"), HasValueThat(std::nullopt));
  EXPECT_THAT(opened.stringListAttribute("/layers", "kind"), HasValueThat(std::nullopt));
  EXPECT_THAT(opened.integerAttribute("/layers", "kind"), HasValueThat(std::nullopt));
  EXPECT_THAT(opened.integerListAttribute("/layers", "kind"), HasValueThat(std::nullopt));
  EXPECT_THAT(opened.realAttribute("/layers", "kind"), HasValueThat(std::nullopt));
  EXPECT_THAT(opened.realAttribute("/absent", "kind"), FailsWith(ErrorCode::notFound, "/absent"));
}

TEST_F(Attribute, AnotherTypeIsAnErrorThatNamesIt) {
  file.attribute("/", "text", "1");
  file.attribute("/", "number", std::int64_t{1});
  file.attribute("/", "real", 1.0);
  const Reader opened = reader();
  EXPECT_THAT(opened.integerAttribute("/", "text"), FailsWith(ErrorCode::wrongType, "/@text"));
  EXPECT_THAT(opened.realAttribute("/", "text"), FailsWith(ErrorCode::wrongType, "variable-length text"));
  EXPECT_THAT(opened.stringAttribute("/", "number"), FailsWith(ErrorCode::wrongType, "64-bit integers"));
  EXPECT_THAT(opened.integerAttribute("/", "real"), FailsWith(ErrorCode::wrongType, "floating-point"));
}

TEST_F(Attribute, TextThatIsNotUtf8IsRefused) {
  file.attribute("/", "model",
                 "Gr\xF6\xDF"
                 "e");
  EXPECT_THAT(reader().stringAttribute("/", "model"), FailsWith(ErrorCode::wrongType, "UTF-8"));
}

TEST_F(Attribute, SizeIsCapped) {
  file.attribute("/", "long", std::string(5000, 'x'));
  file.attribute("/", "list", std::vector<std::int64_t>(1000, 1));
  file.attribute("/", "fixed", std::vector<std::string>{std::string(5000, 'y')});
  Limits limits;
  limits.attributeBytes = 4096;
  const Reader opened = reader(limits);
  EXPECT_THAT(opened.stringAttribute("/", "long"), FailsWith(ErrorCode::tooLarge, "4 KiB"));
  EXPECT_THAT(opened.integerListAttribute("/", "list"), FailsWith(ErrorCode::tooLarge, "/@list"));
  EXPECT_THAT(opened.stringListAttribute("/", "fixed"), FailsWith(ErrorCode::tooLarge, "/@fixed"));
}

TEST_F(Attribute, TheSumOfAListOfTextsIsCapped) {
  // Each element is small, and a hostile file may let all of them share one stored text.
  const std::string text(100, 'x');
  const std::vector<const char*> texts(100, text.c_str());
  const hid_t variable = H5Tcopy(H5T_C_S1);
  H5Tset_size(variable, H5T_VARIABLE);
  file.attribute("/", "names", {texts.size()}, variable, variable, static_cast<const void*>(texts.data()));
  H5Tclose(variable);
  Limits limits;
  limits.attributeBytes = 9999;
  EXPECT_THAT(reader(limits).stringListAttribute("/", "names"), FailsWith(ErrorCode::tooLarge, "/@names"));
}

TEST_F(Attribute, DeclaredSizesAreBoundedBeforeAnythingIsRead) {
  // In dense storage an attribute may declare more than the 64 KiB of an object header.
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  const hid_t modern = H5Fcreate((path.string() + ".modern").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
  H5Pclose(access);
  const hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
  H5Pset_attr_phase_change(creation, 0, 0);
  const hid_t group = H5Gcreate2(modern, "g", H5P_DEFAULT, creation, H5P_DEFAULT);
  H5Pclose(creation);
  const auto declare = [&](const char* name, hid_t type, const std::vector<hsize_t>& shape) {
    const hid_t space = H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr);
    const hid_t attribute = H5Acreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    EXPECT_GE(attribute, 0) << name;
    H5Aclose(attribute);
    H5Sclose(space);
  };
  declare("large", H5T_STD_I64LE, {1 << 20});
  declare("wide", H5T_STD_I8LE, {4096, 1024});
  const hid_t text = H5Tcopy(H5T_C_S1);
  H5Tset_size(text, 3 << 20);
  declare("text", text, {1});
  H5Tclose(text);
  H5Gclose(group);
  ASSERT_GE(H5Fclose(modern), 0);
  const auto opened = Reader::open(path.string() + ".modern");
  ASSERT_TRUE(opened);
  EXPECT_THAT(opened->integerListAttribute("/g", "large"), FailsWith(ErrorCode::tooLarge, "1 MiB"));
  EXPECT_THAT(opened->integerListAttribute("/g", "wide"), FailsWith(ErrorCode::tooLarge, "1 MiB"));
  EXPECT_THAT(opened->stringAttribute("/g", "text"), FailsWith(ErrorCode::tooLarge, "1 MiB"));
}

TEST_F(Attribute, TensOfThousandsOfThemCostNothingUntilAskedFor) {
  constexpr int count = 20'000;
  for (int i = 0; i < count; ++i) file.attribute("/", "a" + std::to_string(i), std::int64_t{i});
  const Reader opened = reader();
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THAT(opened.integerAttribute("/", "a19999"), HasValueThat(Optional(19999)));
  EXPECT_THAT(opened.integerAttribute("/", "absent"), HasValueThat(std::nullopt));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST_F(Attribute, OtherKindsOfTypesAreNamedNotRead) {
  const hid_t compound = H5Tcreate(H5T_COMPOUND, 8);
  H5Tinsert(compound, "x", 0, H5T_NATIVE_INT);
  const hid_t sequence = H5Tvlen_create(H5T_NATIVE_INT);
  const hid_t nested = H5Tvlen_create(sequence);
  for (const auto& [name, type] : {std::pair("compound", compound), {"sequence", sequence}, {"nested", nested}})
    file.attribute("/", name, {}, type, type, nullptr);
  file.attribute("/", "reference", {}, H5T_STD_REF_OBJ, H5T_STD_REF_OBJ, nullptr);
  for (const hid_t type : {compound, nested, sequence}) H5Tclose(type);
  const Reader opened = reader();
  for (const auto& [name, says] : {std::pair("compound", "a compound type"),
                                   {"sequence", "variable-length sequences"},
                                   {"nested", "variable-length sequences"},
                                   {"reference", "object references"}}) {
    EXPECT_THAT(opened.integerAttribute("/", name), FailsWith(ErrorCode::wrongType, says));
    EXPECT_THAT(opened.realAttribute("/", name), FailsWith(ErrorCode::wrongType, says));
    EXPECT_THAT(opened.stringAttribute("/", name), FailsWith(ErrorCode::wrongType, says));
    EXPECT_THAT(opened.integerListAttribute("/", name), FailsWith(ErrorCode::wrongType, says));
  }
}

}  // namespace
}  // namespace axescope::hdf5
