// SPDX-License-Identifier: GPL-3.0-or-later
// Only what lies in the opened file, reached by hard links, is ever read.
#include <fstream>

#include <gtest/gtest.h>

#include "core/hdf5/reader.h"
#include "tests/core/hdf5/crafted_file.h"

namespace axescope::hdf5 {
namespace {

using testing::CraftedFile;
using ::testing::ElementsAre;
using testing::FailsWith;
using testing::HasValueThat;
using testing::temporaryPath;

class Link : public testing::CraftedFileTest {};

TEST_F(Link, SoftLinksAreRefusedWhereverTheyStand) {
  file.floats("real/weight", {1}, {1});
  H5Lcreate_soft("/real", file.id(), "group", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft("/real/weight", file.id(), "real/bias", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft("/nowhere", file.id(), "dangling", H5P_DEFAULT, H5P_DEFAULT);
  const Reader opened = reader();
  EXPECT_THAT(opened.readFloats("/real/weight"), HasValueThat(ElementsAre(1)));
  EXPECT_THAT(opened.readFloats("/group/weight"), FailsWith(ErrorCode::refused, "/group: expected"));
  EXPECT_THAT(opened.readFloats("/real/bias"), FailsWith(ErrorCode::refused, "a soft link"));
  EXPECT_THAT(opened.dataset("/dangling"), FailsWith(ErrorCode::refused, "a soft link"));
  EXPECT_THAT(opened.stringAttribute("/group", "kind"), FailsWith(ErrorCode::refused, "a soft link"));
  EXPECT_THAT(opened.readString("/dangling"), FailsWith(ErrorCode::refused, "a soft link"));
  EXPECT_THAT(opened.children("/real"), FailsWith(ErrorCode::refused, "/real/bias"));
  EXPECT_THAT(opened.datasetsBelow("/"), FailsWith(ErrorCode::refused, "a soft link"));
  // An optional object behind a link is not silently absent.
  EXPECT_TRUE(opened.hasDataset("/real/bias"));
  EXPECT_TRUE(opened.hasGroup("/group"));
}

TEST_F(Link, LoopsOfSoftLinksAreRefusedAtTheFirstStep) {
  file.group("group");
  H5Lcreate_soft("/itself", file.id(), "itself", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft("/group/back", file.id(), "there", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft("/there", file.id(), "group/back", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_soft("/", file.id(), "group/up", H5P_DEFAULT, H5P_DEFAULT);
  const Reader opened = reader();
  for (const char* object : {"/itself", "/itself/itself", "/there", "/group/back", "/group/up/group/up"}) {
    EXPECT_THAT(opened.readFloats(object), FailsWith(ErrorCode::refused, "a soft link")) << object;
    EXPECT_THAT(opened.integerAttribute(object, "kind"), FailsWith(ErrorCode::refused, "a soft link")) << object;
  }
  EXPECT_THAT(opened.datasetsBelow("/"), FailsWith(ErrorCode::refused, "a soft link"));
  EXPECT_THAT(opened.children("/group"), FailsWith(ErrorCode::refused, "a soft link"));
}

TEST_F(Link, ExternalLinksAreRefused) {
  const auto otherPath = temporaryPath("other.h5");
  CraftedFile other(otherPath);
  other.floats("weight", {1}, {42});
  other.close();
  H5Lcreate_external(otherPath.c_str(), "/weight", file.id(), "weight", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_external(otherPath.c_str(), "/", file.id(), "root", H5P_DEFAULT, H5P_DEFAULT);
  const Reader opened = reader();
  EXPECT_THAT(opened.readFloats("/weight"), FailsWith(ErrorCode::refused, "an external link to another file"));
  EXPECT_THAT(opened.readFloats("/root/weight"), FailsWith(ErrorCode::refused, "external link"));
  EXPECT_THAT(opened.children("/"), FailsWith(ErrorCode::refused, "external link"));
}

TEST_F(Link, UserDefinedLinksAreRefused) {
  const auto type = static_cast<H5L_type_t>(H5L_TYPE_UD_MIN + 100);
  H5L_class_t linkClass{};
  linkClass.version = H5L_LINK_CLASS_T_VERS;
  linkClass.id = type;
  linkClass.comment = "test";
  linkClass.trav_func = [](const char*, hid_t, const void*, std::size_t, hid_t, hid_t) -> hid_t { return -1; };
  ASSERT_GE(H5Lregister(&linkClass), 0);
  H5Lcreate_ud(file.id(), "weight", type, nullptr, 0, H5P_DEFAULT, H5P_DEFAULT);
  const Reader opened = reader();
  EXPECT_THAT(opened.readFloats("/weight"), FailsWith(ErrorCode::refused, "a user-defined link"));
  H5Lunregister(type);
}

TEST_F(Link, CyclesOfHardLinksAreRefused) {
  file.floats("a/b/weight", {1}, {1});
  H5Lcreate_hard(file.id(), "/a", file.id(), "/a/b/again", H5P_DEFAULT, H5P_DEFAULT);
  H5Lcreate_hard(file.id(), "/", file.id(), "/root", H5P_DEFAULT, H5P_DEFAULT);
  const Reader opened = reader();
  EXPECT_THAT(opened.children("/a/b"), HasValueThat(ElementsAre("again", "weight")));
  EXPECT_THAT(opened.children("/a/b/again"), FailsWith(ErrorCode::refused, "a cycle of hard links"));
  EXPECT_THAT(opened.readFloats("/a/b/again/b/weight"), FailsWith(ErrorCode::refused, "a cycle of hard links"));
  EXPECT_THAT(opened.readFloats("/root/a/b/weight"), FailsWith(ErrorCode::refused, "/root: expected"));
  EXPECT_THAT(opened.datasetsBelow("/"), FailsWith(ErrorCode::refused, "a cycle of hard links"));
}

TEST_F(Link, TwoHardLinksToOneObjectAreFineAndVisitedOnce) {
  file.floats("first/weight", {1}, {1});
  H5Lcreate_hard(file.id(), "/first", file.id(), "/second", H5P_DEFAULT, H5P_DEFAULT);
  const Reader opened = reader();
  EXPECT_THAT(opened.readFloats("/second/weight"), HasValueThat(ElementsAre(1)));
  EXPECT_THAT(opened.datasetsBelow("/"), HasValueThat(::testing::SizeIs(1)));
}

TEST_F(Link, GroupsThatShareTheirMembersDoNotMultiplyTheWork) {
  // 30 groups, each with two links to the next: 2^30 paths, 31 objects.
  std::string here = "/0";
  file.group(here);
  for (int i = 1; i <= 28; ++i) {
    const std::string next = here + "/a";
    file.group(next);
    H5Lcreate_hard(file.id(), next.c_str(), file.id(), (here + "/b").c_str(), H5P_DEFAULT, H5P_DEFAULT);
    here = next;
  }
  file.floats(here + "/weight", {1}, {1});
  EXPECT_THAT(reader().datasetsBelow("/"), HasValueThat(::testing::SizeIs(1)));
}

TEST_F(Link, DepthAndNumberOfObjectsAreCapped) {
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "/g";
  file.group(deep);
  for (int i = 0; i < 30; ++i) file.group("/wide/" + std::to_string(i));
  Limits limits;
  limits.objects = 20;
  const Reader opened = reader(limits);
  EXPECT_THAT(opened.children(deep), FailsWith(ErrorCode::refused, "at most 32 nested groups"));
  EXPECT_THAT(opened.children("/wide"), FailsWith(ErrorCode::tooLarge, "30 members"));
  EXPECT_THAT(opened.datasetsBelow("/g"), FailsWith(ErrorCode::tooLarge, "at most 20 objects"));
}

TEST_F(Link, CommittedTypesAreNoObjectsToRead) {
  const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
  H5Tcommit2(file.id(), "type", type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  H5Tclose(type);
  const Reader opened = reader();
  EXPECT_THAT(opened.readFloats("/type"), FailsWith(ErrorCode::refused, "a committed data type"));
  EXPECT_THAT(opened.children("/"), FailsWith(ErrorCode::refused, "a committed data type"));
}

TEST_F(Link, NamesThatAreNotUtf8AreRefused) {
  file.group(
      "gr\xF6\xDF"
      "e");
  EXPECT_THAT(reader().children("/"), FailsWith(ErrorCode::refused, "UTF-8"));
}

}  // namespace
}  // namespace axescope::hdf5
