// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/state/study_presets.h"

#include <QDir>
#include <QSet>
#include <algorithm>

#include <gtest/gtest.h>

namespace axescope::ui {
namespace {

// More than this is no preset to try out.
constexpr std::size_t mostPoints = 1100;

TEST(StudyPresets, EachLoadsAndGivesPoints) {
  for (const StudyPreset& preset : studyPresets()) {
    const Result<Study> study = loadPreset(preset);
    ASSERT_TRUE(study.has_value()) << study.error().line();
    for (const bool propagates : {false, true}) {
      const auto points = study->points({.propagation = propagates});
      ASSERT_TRUE(points.has_value()) << qPrintable(preset.title) << ": " << points.error().line();
      EXPECT_FALSE(points->empty());
      EXPECT_LE(points->size(), mostPoints) << qPrintable(preset.title);
    }
  }
}

TEST(StudyPresets, TitlesAreUniqueAndEachIsDescribed) {
  QSet<QString> titles;
  const auto presets = studyPresets();
  for (const StudyPreset& preset : presets) {
    titles.insert(preset.title);
    EXPECT_TRUE(preset.description.endsWith(QLatin1Char('.'))) << qPrintable(preset.title);
  }
  EXPECT_EQ(titles.size(), static_cast<qsizetype>(presets.size()));
}

TEST(StudyPresets, NoneIsForgotten) {
  EXPECT_EQ(QDir(QStringLiteral(AXESCOPE_SOURCE_DIR "/resources/presets")).entryList({QStringLiteral("*.json")}).size(),
            static_cast<qsizetype>(studyPresets().size()));
}

TEST(StudyPresets, AnUnknownOneIsAnErrorThatNamesIt) {
  const Result<Study> study = loadPreset({{}, {}, QStringLiteral(":/presets/absent.json")});
  ASSERT_FALSE(study.has_value());
  EXPECT_EQ(study.error().code, ErrorCode::notFound);
  EXPECT_EQ(study.error().file, ":/presets/absent.json");
}

// Two products of 7-bit weights stay below 2^15 whatever the input: 2 · 255 · 63 = 32,130.
TEST(StudyPresets, TheInstructionOfAvx2IsDescribedAsItIs) {
  const auto presets = studyPresets();
  const auto found = std::find_if(presets.begin(), presets.end(), [](const StudyPreset& preset) {
    return preset.resource.contains(QStringLiteral("vpmaddubsw"));
  });
  ASSERT_NE(found, presets.end());
  const auto points = loadPreset(*found)->points({});
  ASSERT_TRUE(points.has_value());
  for (const PointSettings& point : *points) {
    EXPECT_EQ(point.tileSize, 2);
    EXPECT_EQ(point.innerBits, 16);
    EXPECT_EQ(point.outerBits, 32);
    EXPECT_EQ(point.overflow, Overflow::saturate);
    EXPECT_EQ(point.activation, ActivationEncoding::asymmetric);
  }
}

}  // namespace
}  // namespace axescope::ui
