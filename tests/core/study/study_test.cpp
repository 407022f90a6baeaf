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
  const auto points = study.points(true);
  ASSERT_TRUE(points.has_value());
  EXPECT_EQ(points->size(), 2U * 11U * 3U);
  for (const PointSettings& point : *points) EXPECT_EQ(point.propagation, Propagation::on);
}

TEST(Study, SettingsWithoutInfluenceDoNotMultiplyPoints) {
  Study study;
  ASSERT_TRUE(study.set("algorithm", "rtn,optq").has_value());
  ASSERT_TRUE(study.set("damping", "0.01,0.1").has_value());
  EXPECT_EQ(study.points(false)->size(), 3U);  // rtn knows no damping
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
  EXPECT_EQ(study->points(false)->size(), 6U);
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

TEST(Study, RefusesAGridBeyondTenMillionPoints) {
  Study study;
  ASSERT_TRUE(study.set("inner_bits", "2:63").has_value());
  ASSERT_TRUE(study.set("outer_bits", "2:63").has_value());
  ASSERT_TRUE(study.set("weight_bits", "2:16").has_value());
  ASSERT_TRUE(study.set("activation_bits", "2:16").has_value());
  ASSERT_TRUE(study.set("tile", "1:100").has_value());
  EXPECT_EQ(study.points(false).error().code, ErrorCode::tooLarge);
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
