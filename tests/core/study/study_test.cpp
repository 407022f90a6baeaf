// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/study.h"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace axescope {
namespace {

TEST(Study, PointsAreAllCombinationsEachOnce) {
  Study study;
  ASSERT_TRUE(study.set("algorithm", "gpfq,optq").has_value());
  ASSERT_TRUE(study.set("inner_bits", "10:20").has_value());
  ASSERT_TRUE(study.set("tile", "32,64,full").has_value());
  const auto points = study.points({.propagation = true});
  ASSERT_TRUE(points.has_value());
  EXPECT_EQ(points->size(), 2U * 11U * 3U);
  for (const PointSettings& point : *points) EXPECT_EQ(point.propagation, Propagation::on);
}

TEST(Study, SettingsWithoutInfluenceDoNotMultiplyPoints) {
  Study study;
  ASSERT_TRUE(study.set("algorithm", "rtn,optq").has_value());
  ASSERT_TRUE(study.set("damping", "0.01,0.1").has_value());
  EXPECT_EQ(study.points({})->size(), 3U);  // rtn knows no damping
}

TEST(Study, SurvivesItsJson) {
  Study study;
  ASSERT_TRUE(study.set("algorithm", "gpfq,optq-corrected").has_value());
  ASSERT_TRUE(study.set("tile", "64,full").has_value());
  ASSERT_TRUE(study.set("percentile", "99.95").has_value());
  ASSERT_TRUE(study.set("layers", "conv*").has_value());
  const auto again = Study::fromJson(study.toJson(), "study.json");
  ASSERT_TRUE(again.has_value()) << again.error().line();
  EXPECT_EQ(*again, study);
}

TEST(Study, JsonTakesCommandLineSyntaxAndSingleValues) {
  const auto study = Study::fromJson(
      R"({"format":"axescope-study","version":1,"settings":{"inner_bits":"10:12","weight_bits":4,"act_order":[true,"off"]}})",
      "study.json");
  ASSERT_TRUE(study.has_value()) << study.error().line();
  EXPECT_EQ(study->points({})->size(), 6U);
}

TEST(Study, RefusesWhatItDoesNotUnderstandInOneLineWithTheFile) {
  const char* wrong[] = {"",
                         "[]",
                         "{",
                         "{}",
                         R"({"format":"axescope-study","version":2,"settings":{}})",
                         R"({"format":"axescope-study","version":1,"settings":[]})",
                         R"({"format":"axescope-study","version":1,"settings":{"bits":4}})",
                         R"({"format":"axescope-study","version":1,"settings":{"weight_bits":[[4]]}})",
                         R"({"format":"axescope-study","version":1,"settings":{"weight_bits":null}})",
                         R"({"format":"axescope-study","version":1,"settings":{"weight_bits":[]}})",
                         R"({"format":"axescope-study","version":1,"settings":{"weight_bits":4.5}})",
                         R"({"format":"axescope-study","version":1,"settings":{"weight_bits":18446744073709551615}})",
                         R"({"format":"axescope-study","version":1,"settings":{"seed":[1,2]}})",
                         R"({"format":"axescope-study","version":1,"settings":{"percentile":1e999}})"};
  for (const char* text : wrong) {
    const auto study = Study::fromJson(text, "study.json");
    ASSERT_FALSE(study.has_value()) << text;
    EXPECT_EQ(study.error().line().rfind("study.json", 0), 0U) << study.error().line();
  }
  EXPECT_FALSE(Study::fromJson(std::string(100'000, '[') + std::string(100'000, ']'), "deep.json").has_value());
}

// Every setting with every kind of value that it cannot have.
TEST(Study, WrongTypesAndHugeNumbersOfEverySettingAreOneLine) {
  for (const SettingInfo& info : settingSchema()) {
    for (const std::string value :
         {"null", "{}", "[[1]]", "[null]", "[{}]", "1e308", "-1e308", "9223372036854775807", "-9223372036854775808",
          "18446744073709551615", "123456789012345678901234567890", "\"nan\"", "\"inf\"", "\"-1:9223372036854775807\"",
          "\"9223372036854775806:9223372036854775807\"", "\"1:5:0\"", "\"1:5:-1\"", "\"0x10\"", "\"1e999\""}) {
      const auto study = Study::fromJson(
          R"({"format":"axescope-study","version":1,"settings":{")" + std::string(info.key) + "\":" + value + "}}",
          "s.json");
      if (study) {
        const auto again = Study::fromJson(study->toJson(), "again");
        ASSERT_TRUE(again.has_value()) << info.key << " " << value;
        EXPECT_TRUE(*again == *study);
      } else {
        EXPECT_EQ(study.error().line().rfind("s.json", 0), 0U) << study.error().line();
        EXPECT_EQ(study.error().line().find('\n'), std::string::npos);
      }
    }
  }
}

TEST(Study, NumbersThatAreNoneAndKeysTwiceAreRefused) {
  const auto with = [](const std::string& settings) {
    return Study::fromJson(R"({"format":"axescope-study","version":1,"settings":)" + settings + "}", "s.json");
  };
  for (const char* text :
       {R"({"percentile":NaN})", R"({"percentile":Infinity})", R"({"inner_bits":1e400})", "{]", "{\"a\"}"}) {
    EXPECT_EQ(with(text).error().code, ErrorCode::corrupt) << text;
  }
  const auto twice = with(R"({"inner_bits":16,"inner_bits":8})");
  ASSERT_FALSE(twice.has_value());
  EXPECT_NE(twice.error().line().find("\"inner_bits\" twice"), std::string::npos) << twice.error().line();
  const auto rootTwice = Study::fromJson(R"({"format":"axescope-study","version":1,"version":1,"settings":{}})", "s");
  EXPECT_NE(rootTwice.error().line().find("\"version\" twice"), std::string::npos);
}

TEST(Study, NestingIsRefusedHoweverDeep) {
  for (const std::size_t depth : {9UL, 1'000UL, 3'000'000UL}) {
    for (const auto& [open, close] : {std::pair<std::string, std::string>{"[", "]"}, {"{\"a\":", "}"}}) {
      std::string text = R"({"format":"axescope-study","version":1,"settings":)";
      for (std::size_t i = 0; i < depth; ++i) text += open;
      text += "1";
      for (std::size_t i = 0; i < depth; ++i) text += close;
      const auto study = Study::fromJson(text + "}", "deep.json");
      ASSERT_FALSE(study.has_value());
      EXPECT_EQ(study.error().code, ErrorCode::refused);
    }
  }
}

TEST(Study, RefusesAGridBeyondTenMillionPoints) {
  Study study;
  ASSERT_TRUE(study.set("inner_bits", "2:63").has_value());
  ASSERT_TRUE(study.set("outer_bits", "2:63").has_value());
  ASSERT_TRUE(study.set("weight_bits", "2:16").has_value());
  ASSERT_TRUE(study.set("activation_bits", "2:16").has_value());
  ASSERT_TRUE(study.set("tile", "1:100").has_value());
  EXPECT_EQ(study.points({}).error().code, ErrorCode::tooLarge);
}

// Two methods, each with the settings it wants, over the same widths.
constexpr const char* unionOfTwo = R"({"format":"axescope-study","version":1,
  "settings":{"inner_bits":"11:14","weight_bits":4,"seed":3},
  "union":[{"algorithm":["optq","gpfq"],"slack":"half"},
           {"algorithm":"optq-corrected","weight_scale":"budget","activation_bits":[4,8]}]})";

TEST(StudyUnion, PointsAreThoseOfEachGridAndNoOther) {
  const auto study = Study::fromJson(unionOfTwo, "study.json");
  ASSERT_TRUE(study.has_value()) << study.error().line();
  EXPECT_EQ(study->gridCount(), 2U);
  EXPECT_EQ(study->differing(),
            (std::vector<std::string_view>{"algorithm", "activation_bits", "weight_scale", "slack"}));
  EXPECT_EQ(study->values("algorithm").size(), 3U);
  EXPECT_EQ(study->values("activation_bits").size(), 2U);
  const auto points = study->points({.propagation = true});
  ASSERT_TRUE(points.has_value());
  ASSERT_EQ(points->size(), 2U * 4U + 2U * 4U);
  for (std::size_t i = 0; i < points->size(); ++i) {
    const PointSettings& point = (*points)[i];
    const bool first = i < 8;
    EXPECT_EQ(point.algorithm == Algorithm::optqCorrected, !first);
    EXPECT_EQ(point.weightScale, first ? WeightScale::absmax : WeightScale::budget);
    EXPECT_EQ(point.slack, first ? Slack::half : Slack::floor);
    EXPECT_EQ(point.weightBits, 4);
    EXPECT_EQ(point.seed, 3);
  }
}

TEST(StudyUnion, PointsOfSeveralGridsAreMeasuredOnce) {
  const auto study = Study::fromJson(R"({"format":"axescope-study","version":1,"settings":{},
    "union":[{"inner_bits":"10:14"},{"inner_bits":"12:16"},{"inner_bits":"12:16"}]})",
                                     "study.json");
  ASSERT_TRUE(study.has_value()) << study.error().line();
  EXPECT_EQ(study->gridCount(), 2U);
  EXPECT_EQ(study->points({})->size(), 7U);
}

TEST(StudyUnion, SurvivesItsJson) {
  const auto study = Study::fromJson(unionOfTwo, "study.json");
  ASSERT_TRUE(study.has_value());
  const auto again = Study::fromJson(study->toJson(), "study.json");
  ASSERT_TRUE(again.has_value()) << again.error().line();
  EXPECT_EQ(*again, *study);
  EXPECT_EQ(Study().toJson().find("union"), std::string::npos);
}

TEST(StudyUnion, ASettingSetLaterHoldsForEveryGrid) {
  auto study = Study::fromJson(unionOfTwo, "study.json");
  ASSERT_TRUE(study.has_value());
  ASSERT_TRUE(study->set("algorithm", "rtn").has_value());
  EXPECT_EQ(study->gridCount(), 2U);
  EXPECT_EQ(study->values("algorithm").size(), 1U);
  for (const char* key : {"activation_bits", "weight_scale", "slack"}) {
    const SettingInfo* info = findSetting(key);
    ASSERT_TRUE(study->set(key, {info->get(PointSettings{})}).has_value());
  }
  EXPECT_EQ(study->gridCount(), 1U);  // nothing is left in which they differ
  EXPECT_TRUE(study->differing().empty());
  EXPECT_EQ(study->points({})->size(), 4U);
}

TEST(StudyUnion, RefusesWhatIsMalformedInOneLineWithTheFile) {
  for (const char* list : {"[]", "{}", "null", "[4]", R"([{"bits":4}])", R"([{"seed":1}])", R"([{"inner_bits":[]}])",
                           R"([{"eval_samples":10},{}])", R"([{"layers":"a"}])"}) {
    const auto study =
        Study::fromJson(R"({"format":"axescope-study","version":1,"union":)" + std::string(list) + "}", "study.json");
    ASSERT_FALSE(study.has_value()) << list;
    EXPECT_EQ(study.error().line().rfind("study.json", 0), 0U) << study.error().line();
  }
}

TEST(StudyUnion, AllGridsTogetherHaveAtMostTenMillionPoints) {
  std::string grids;
  for (int bits = 1; bits <= 16; ++bits) {
    grids += (bits == 1 ? "" : ",") + ("{\"weight_bits\":" + std::to_string(bits)) +
             R"(,"inner_bits":"2:63","outer_bits":"2:63","tile":"1:200"})";  // 768,800 points each
  }
  const auto study = Study::fromJson(
      R"({"format":"axescope-study","version":1,"settings":{"weight_range":"full"},"union":[)" + grids + "]}",
      "s.json");
  ASSERT_TRUE(study.has_value()) << study.error().line();
  EXPECT_EQ(study->points({}).error().code, ErrorCode::tooLarge);
}

TEST(PointSettings, SurviveTheirJson) {
  PointSettings settings;
  settings.algorithm = Algorithm::gpfq;
  settings.constraint = Constraint::epInit;
  settings.tileSize = 48;
  settings.damping = 0.125;
  settings.skipLayers = "fc*";
  const auto again = settingsFromJson(toJson(settings), "results.h5");
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(*again, settings);
}

}  // namespace
}  // namespace axescope
