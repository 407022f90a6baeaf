// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/text.h"

#include <gtest/gtest.h>

#include "core/hdf5/reader.h"
#include "tests/core/hdf5/crafted_file.h"

namespace axescope::hdf5 {
namespace {

using testing::CraftedFile;
using testing::FailsWith;
using testing::HasValueThat;
using testing::temporaryPath;

TEST(Text, APathHasTheNamesBetweenItsSlashes) {
  EXPECT_EQ(pathNames("/a//b.c/"), (std::vector<std::string>{"a", "b.c"}));
  EXPECT_EQ(pathNames("a"), std::vector<std::string>{"a"});
  EXPECT_TRUE(pathNames("/").empty());
}

TEST(Utf8, AcceptsWellFormedTextOnly) {
  for (const char* good :
       {"", "plain", "Größe", "\xE2\x82\xAC", "\xF0\x9F\x99\x82", "\xED\x9F\xBF", "\xF4\x8F\xBF\xBF"})
    EXPECT_TRUE(isUtf8(good)) << good;
  for (const char* bad : {"\x80", "\xC3", "\xC0\x80", "\xE0\x80\x80", "\xED\xA0\x80", "\xF0\x80\x80\x80",
                          "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "a\xFF", "\xE2\x82", "\xE2\x28\xA1"})
    EXPECT_FALSE(isUtf8(bad));
}

TEST(Describe, ShapesAndBytes) {
  const std::vector<std::int64_t> shape{16, 3, 3, 3};
  EXPECT_EQ(describeShape(shape), "[16, 3, 3, 3]");
  EXPECT_EQ(describeShape({}), "[]");
  EXPECT_EQ(describeBytes(1), "1 byte");
  EXPECT_EQ(describeBytes(1000), "1000 bytes");
  EXPECT_EQ(describeBytes(1 << 20), "1 MiB");
  EXPECT_EQ(describeBytes(std::uint64_t{3} << 29), "1.5 GiB");
}

TEST(Text, ScalarsOfVariableAndFixedLengthRead) {
  const auto path = temporaryPath("file.h5");
  CraftedFile file(path);
  const std::string graph = "{\"nodes\": [\"größe\"]}";
  file.text("graph", graph);
  const hid_t fixed = H5Tcopy(H5T_C_S1);
  H5Tset_size(fixed, 8);
  file.dataset("fixed", {1}, fixed, fixed, "graph\0\0\0");
  file.dataset("two", {2}, fixed, fixed, "graph\0\0\0graph\0\0\0");
  H5Tclose(fixed);
  file.text("large", std::string(200'000, 'x'));
  file.text("latin", "\xE9t\xE9");
  file.floats("number", {1}, {1});
  file.close();
  Limits limits;
  limits.stringBytes = 100'000;
  const auto reader = Reader::open(path, limits);
  ASSERT_TRUE(reader);
  EXPECT_THAT(reader->readString("graph"), HasValueThat(graph));
  EXPECT_THAT(reader->readString("fixed"), HasValueThat("graph"));
  EXPECT_THAT(reader->readString("two"), FailsWith(ErrorCode::wrongShape, "shape [2]"));
  EXPECT_THAT(reader->readString("large"), FailsWith(ErrorCode::tooLarge, "97.66 KiB"));
  EXPECT_THAT(reader->readString("latin"), FailsWith(ErrorCode::wrongType, "UTF-8"));
  EXPECT_THAT(reader->readString("number"), FailsWith(ErrorCode::wrongType, "32-bit floating-point numbers"));
  EXPECT_THAT(reader->readString("absent"), FailsWith(ErrorCode::notFound, "/absent"));
}

TEST(Text, IsFoundBehindAUserBlock) {
  // Addresses in such a file count from the end of the block.
  const auto path = temporaryPath("file.h5");
  const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
  H5Pset_userblock(creation, 1024);
  H5Fclose(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation, H5P_DEFAULT));
  H5Pclose(creation);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t attribute = H5Acreate2(file, "model", type, space, H5P_DEFAULT, H5P_DEFAULT);
  const char* text = "tiny";
  H5Awrite(attribute, type, &text);
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
  H5Fclose(file);
  const auto reader = Reader::open(path);
  ASSERT_TRUE(reader) << reader.error().line();
  EXPECT_THAT(reader->stringAttribute("/", "model"), HasValueThat(::testing::Optional(std::string("tiny"))));
}

}  // namespace
}  // namespace axescope::hdf5
