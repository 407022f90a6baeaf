// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/hdf5/foresight.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace axescope::hdf5 {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Question weightOf(const std::string& layer) {
  return {ReaderCall::dataset, "/layers/" + layer + "/weight", {}};
}

// As the reading process does it.
std::vector<Question> answeredAfter(Foresight& foresight, const Question& asked) {
  auto next = foresight.after(asked);
  for (const Question& one : next) foresight.answered(one);
  return next;
}

Question kindOf(const std::string& layer) {
  return {ReaderCall::stringAttribute, "/layers/" + layer, "kind"};
}

TEST(Foresight, WhatWasAskedOfOneMemberIsAnsweredForAllOnceASecondIsAskedAbout) {
  Foresight foresight;
  foresight.listed("/layers", {"a", "b", "c"});
  EXPECT_THAT(answeredAfter(foresight, weightOf("a")), IsEmpty());
  EXPECT_THAT(answeredAfter(foresight, kindOf("a")), IsEmpty());
  EXPECT_THAT(answeredAfter(foresight, weightOf("b")), ElementsAre(kindOf("b"), weightOf("c"), kindOf("c")));
}

TEST(Foresight, AQuestionOfAnotherKindIsAnsweredForAllToo) {
  Foresight foresight;
  foresight.listed("/layers", {"a", "b", "c"});
  answeredAfter(foresight, weightOf("a"));
  answeredAfter(foresight, weightOf("b"));
  EXPECT_THAT(answeredAfter(foresight, kindOf("b")), ElementsAre(kindOf("a"), kindOf("c")));
}

TEST(Foresight, NothingIsAnsweredTwice) {
  Foresight foresight;
  foresight.listed("/layers", {"a", "b", "c"});
  answeredAfter(foresight, weightOf("a"));
  answeredAfter(foresight, weightOf("b"));
  EXPECT_THAT(answeredAfter(foresight, weightOf("c")), IsEmpty());
  EXPECT_THAT(answeredAfter(foresight, weightOf("c")), IsEmpty());
}

TEST(Foresight, MembersThatWereNotListedAreForeseenOneByOne) {
  Foresight foresight;
  answeredAfter(foresight, weightOf("a"));
  answeredAfter(foresight, kindOf("a"));
  EXPECT_THAT(answeredAfter(foresight, weightOf("b")), ElementsAre(kindOf("b")));
}

TEST(Foresight, MembersMayBeDatasetsThemselves) {
  Foresight foresight;
  const auto named = [](const char* name) {
    return Question{ReaderCall::hasDataset, std::string("/params/") + name, {}};
  };
  foresight.listed("/params", {"gain", "offset", "table"});
  answeredAfter(foresight, named("table"));
  EXPECT_THAT(answeredAfter(foresight, named("gain")), ElementsAre(named("offset")));
}

TEST(Foresight, ObjectsThatAreMembersOfNoGroupTellNothing) {
  Foresight foresight;
  for (const char* object : {"", "/", "/layers", "/layers/", "layers/a", "//"}) {
    EXPECT_THAT(answeredAfter(foresight, {ReaderCall::hasGroup, object, {}}), IsEmpty()) << object;
  }
}

TEST(Foresight, AFileOfManyObjectsIsAnsweredInParts) {
  Foresight foresight;
  std::vector<std::string> names;
  for (int i = 0; i < 4000; ++i) names.push_back("layer" + std::to_string(i));
  foresight.listed("/layers", names);
  answeredAfter(foresight, weightOf(names[0]));
  const auto first = answeredAfter(foresight, weightOf(names[1]));
  EXPECT_THAT(first, SizeIs(2048));
  EXPECT_THAT(answeredAfter(foresight, weightOf(names[2060])), SizeIs(4000 - 2048 - 3));
  names.resize(5000, "more");
  foresight.listed("/others", names);
  answeredAfter(foresight, {ReaderCall::hasGroup, "/others/layer0", {}});
  EXPECT_THAT(answeredAfter(foresight, {ReaderCall::hasGroup, "/others/layer1", {}}), IsEmpty());
}

}  // namespace
}  // namespace axescope::hdf5
