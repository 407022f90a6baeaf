// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/settings.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "core/study/method_pages.h"
#include "core/study/preparation.h"
#include "core/study/setting_schema.h"

namespace axescope {
namespace {

TEST(SettingSchema, EveryDefaultIsValidAndSurvivesSetAndGet) {
  const PointSettings defaults;
  ASSERT_TRUE(validate(defaults).has_value());
  for (const SettingInfo& info : settingSchema()) {
    PointSettings copy;
    info.set(copy, info.get(defaults));
    EXPECT_EQ(copy, defaults) << info.key;
    EXPECT_FALSE(info.help.empty()) << info.key;
    EXPECT_EQ(findSetting(info.key), &info);
  }
}

TEST(SettingSchema, EveryChoiceIsADifferentSetting) {
  for (const SettingInfo& info : settingSchema()) {
    for (const std::string_view choice : info.choices) {
      PointSettings settings;
      info.set(settings, std::string(choice));
      EXPECT_EQ(toText(info.get(settings)), choice) << info.key;
    }
  }
}

TEST(Settings, GroupScalesAreRefusedWhereTheyCannotBe) {
  PointSettings settings;
  settings.algorithm = Algorithm::a2q;
  settings.tileSize = 64;
  settings.groupScale = GroupScale::integer;
  EXPECT_EQ(validate(settings).error().object, "--group-scale");
  settings.algorithm = Algorithm::gpfq;
  EXPECT_TRUE(validate(settings));
  settings.weightBits = 13;
  EXPECT_EQ(validate(settings).error().object, "--weight-bits");
  settings.weightBits = 4;
  settings.overrides = "conv1:weight_bits=14";
  EXPECT_EQ(validate(settings).error().object, "--weight-bits");
  settings.overrides.clear();
  settings.skipLayers = "conv1";
  settings.skipBits = 16;
  EXPECT_EQ(validate(settings).error().object, "--skip-bits");
}

TEST(Settings, LevelsAreRefusedWhereTheyCannotBe) {
  PointSettings settings;
  settings.weightQuantizer = WeightQuantizer::powerOfTwo;
  for (int bits = 2; bits <= 5; ++bits) {
    settings.weightBits = bits;
    EXPECT_TRUE(validate(settings)) << bits;
  }
  settings.weightBits = 6;
  EXPECT_EQ(validate(settings).error().line(),
            "--weight-bits: expected 2 to 5 with power-of-two weights, whose levels are kept in 16 bits, found 6");
  settings.weightQuantizer = WeightQuantizer::additivePowerOfTwo;
  settings.weightBits = 11;
  EXPECT_TRUE(validate(settings));
  settings.weightBits = 12;
  EXPECT_EQ(validate(settings).error().object, "--weight-bits");
  settings.weightQuantizer = WeightQuantizer::automatic;
  EXPECT_TRUE(validate(settings)) << "uniform remains";
  settings.weightBits = 5;
  settings.weightQuantizer = WeightQuantizer::powerOfTwo;
  settings.tileSize = 64;
  settings.groupScale = GroupScale::powerOfTwo;
  EXPECT_EQ(validate(settings).error().object, "--weight-bits") << "16384 times 8";
  settings.weightBits = 4;
  EXPECT_TRUE(validate(settings));
  settings.groupScale = GroupScale::off;
  settings.overrides = "conv1:weight_bits=7";
  EXPECT_EQ(validate(settings).error().object, "--weight-bits");
  settings.overrides = "conv1:weight_bits=7,weight_quantizer=uniform";
  EXPECT_TRUE(validate(settings));
  settings.weightRange = WeightRange::full;
  EXPECT_EQ(validate(settings).error().object, "--weight-range");
  settings.weightRange = WeightRange::narrow;
  settings.algorithm = Algorithm::a2qPlus;
  EXPECT_EQ(validate(settings).error().object, "--weight-quantizer");
}

TEST(Settings, GroupScalesNeedTilesAndMakeThemMatter) {
  PointSettings off;
  PointSettings grouped;
  grouped.groupScale = GroupScale::integer;
  EXPECT_EQ(canonical(grouped), canonical(off));
  grouped.overrides = "conv1:tile=64";
  EXPECT_EQ(canonical(grouped).groupScale, GroupScale::integer);
  grouped.overrides.clear();
  grouped.tileSize = off.tileSize = 64;
  EXPECT_NE(quantizationKey(grouped), quantizationKey(off));
  EXPECT_EQ(preparationKey(grouped), preparationKey(off));
  // Without a constraint nothing but group scales looks at tiles while quantizing.
  grouped.constraint = off.constraint = Constraint::none;
  PointSettings otherTiles = grouped;
  otherTiles.tileSize = 32;
  EXPECT_NE(quantizationKey(grouped), quantizationKey(otherTiles));
  off.tileSize = 32;
  otherTiles.groupScale = GroupScale::off;
  otherTiles.tileSize = 64;
  EXPECT_EQ(quantizationKey(off), quantizationKey(otherTiles));
}

TEST(Settings, BitsOfScalesNormsAndElementsCountWhereThereAreAny) {
  const PointSettings off;
  PointSettings settings;
  settings.scaleBits = 5;
  settings.normBits = 5;
  settings.elementBits = 9;
  EXPECT_EQ(canonical(settings), canonical(off));
  settings.scaleQuantization = ScaleQuantization::powerOfTwo;
  EXPECT_EQ(canonical(settings).scaleBits, off.scaleBits);
  settings.scaleQuantization = ScaleQuantization::shared;
  settings.quantNorm = NormQuantization::fixedPoint;
  settings.arithmetic = Arithmetic::integer;
  EXPECT_EQ(canonical(settings), settings);
  EXPECT_NE(quantizationKey(settings), quantizationKey(off));
}

TEST(Settings, OnlyPowersOfTwoAreScalesOfActivationsToo) {
  PointSettings settings;
  const PointSettings any = preparationKey(settings);
  settings.scaleQuantization = ScaleQuantization::shared;
  EXPECT_EQ(preparationKey(settings), any);
  settings.scaleQuantization = ScaleQuantization::powerOfTwo;
  EXPECT_NE(preparationKey(settings), any);
  settings.activationDynamic = true;
  EXPECT_EQ(validate(settings).error().object, "--scale-quantization");
}

TEST(MethodPages, EveryMethodHasFormulaSourceAndUse) {
  for (const char* key :
       {"algorithm", "constraint", "activation", "activation_range", "weight_scale", "weight_quantizer"}) {
    for (const std::string_view choice : findSetting(key)->choices) {
      const auto pages = methodPages();
      EXPECT_EQ(std::count_if(pages.begin(), pages.end(),
                              [&](const MethodPage& page) { return page.setting == key && page.choice == choice; }),
                1)
          << key << ' ' << choice;
    }
  }
  for (const MethodPage& page : methodPages()) {
    const SettingInfo* setting = findSetting(page.setting);
    ASSERT_NE(setting, nullptr) << page.setting;
    if (!page.choice.empty()) {
      EXPECT_EQ(std::count(setting->choices.begin(), setting->choices.end(), page.choice), 1) << page.choice;
    }
    for (const std::string_view text : {page.title, page.formula, page.source, page.use}) EXPECT_FALSE(text.empty());
  }
}

TEST(SettingSchema, ParsesValuesListsAndRanges) {
  const SettingInfo& bits = *findSetting("inner_bits");
  EXPECT_EQ(*parseValues(bits, "16"), (std::vector<SettingValue>{std::int64_t{16}}));
  EXPECT_EQ(parseValues(bits, "10:20")->size(), 11U);
  EXPECT_EQ(*parseValues(bits, "12:20:4,32"),
            (std::vector<SettingValue>{std::int64_t{12}, std::int64_t{16}, std::int64_t{20}, std::int64_t{32}}));
  EXPECT_EQ(*parseValues(*findSetting("tile"), "64,full"),
            (std::vector<SettingValue>{std::int64_t{64}, std::string("full")}));
  EXPECT_EQ(*parseValues(*findSetting("damping"), "0.02"), (std::vector<SettingValue>{0.02}));
}

TEST(SettingSchema, RefusesWhatIsOutOfRangeAndNamesTheFlag) {
  const std::pair<const char*, const char*> wrong[] = {
      {"inner_bits", "1"},       {"inner_bits", "64"},
      {"inner_bits", "20:10"},   {"inner_bits", "1:x"},
      {"inner_bits", "10:20:0"}, {"inner_bits", ""},
      {"inner_bits", "16.5"},    {"inner_bits", "1:9999999999"},
      {"algorithm", "gptq"},     {"percentile", "nan"},
      {"damping", "-1"},         {"tile", "0"},
      {"weight_bits", "17"},     {"overflow", "clip"},
      {"act_order", "maybe"},    {"weight_bits", "99999999999999999999"}};
  for (const auto& [key, text] : wrong) {
    const auto parsed = parseValues(*findSetting(key), text);
    ASSERT_FALSE(parsed.has_value()) << key << ' ' << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::invalidArgument);
    EXPECT_EQ(parsed.error().object, findSetting(key)->flag());
  }
}

TEST(Settings, RefusesCombinationsThatCannotBe) {
  PointSettings settings;
  settings.weightBits = 1;
  EXPECT_FALSE(validate(settings).has_value());
  settings.weightRange = WeightRange::full;
  EXPECT_TRUE(validate(settings).has_value());
  settings.activationBits = 1;
  settings.activation = ActivationEncoding::signedSymmetric;
  EXPECT_FALSE(validate(settings).has_value());
}

TEST(Settings, SkipBitsCountOnlyWhereLayersAreSkipped) {
  PointSettings settings;
  settings.skipBits = mostCodeBits;
  EXPECT_TRUE(validate(settings).has_value());
  settings.skipLayers = "first";
  ASSERT_FALSE(validate(settings).has_value());
  EXPECT_EQ(validate(settings).error().object, "--skip-bits");
}

TEST(Settings, CodesDoNotDependOnTheDatapathWithoutAConstraint) {
  PointSettings a;
  a.constraint = Constraint::none;
  PointSettings b = a;
  b.innerBits = 10;
  b.tileSize = 32;
  b.overflow = Overflow::saturate;
  EXPECT_EQ(quantizationKey(a), quantizationKey(b));
  a.constraint = b.constraint = Constraint::axe;
  EXPECT_NE(quantizationKey(a), quantizationKey(b));
}

TEST(Settings, ATrainedMethodHasItsOwnConstraintOrNone) {
  for (const auto& [algorithm, own] :
       {std::pair{Algorithm::a2q, Constraint::epInitA2q}, {Algorithm::a2qPlus, Constraint::epInit}}) {
    PointSettings settings;
    settings.algorithm = algorithm;
    settings.refineSweeps = 2;
    for (const Constraint constraint : {Constraint::epInit, Constraint::epInitA2q, Constraint::axeSoft,
                                        Constraint::axeStrict, Constraint::axe, Constraint::none}) {
      settings.constraint = constraint;
      EXPECT_TRUE(validate(settings).has_value());
      EXPECT_EQ(canonical(settings).constraint, constraint == Constraint::none ? Constraint::none : own);
    }
    // Without the clamp the width says nothing, the tile still which weights share a norm.
    PointSettings other = settings;
    other.innerBits = 10;
    EXPECT_EQ(quantizationKey(settings), quantizationKey(other));
    other.tileSize = 32;
    EXPECT_NE(quantizationKey(settings), quantizationKey(other));
    other = settings;
    other.trainingSteps = 7;
    EXPECT_NE(quantizationKey(settings), quantizationKey(other));
    other.damping = 0.5;
    other.actOrder = ActOrder::on;
    other.trainingSteps = settings.trainingSteps;
    EXPECT_EQ(quantizationKey(settings), quantizationKey(other));
    other.algorithm = settings.algorithm = Algorithm::gpfq;
    other.actOrder = ActOrder::off;
    other.trainingSteps = 7;
    EXPECT_EQ(quantizationKey(settings), quantizationKey(other));
  }
}

TEST(Settings, TheStrengthOfMagrCountsWhereItRuns) {
  PointSettings a;
  PointSettings b;
  b.magrAlpha = 0.1;
  EXPECT_EQ(quantizationKey(a), quantizationKey(b));
  a.preprocess = b.preprocess = Preprocess::magr;
  EXPECT_NE(quantizationKey(a), quantizationKey(b));
}

TEST(Settings, DynamicActivationsAreOtherInputs) {
  PointSettings dynamic;
  dynamic.activationDynamic = true;
  EXPECT_NE(quantizationKey(dynamic), quantizationKey(PointSettings{}));
  EXPECT_NE(preparationKey(dynamic), preparationKey(PointSettings{}));
}

TEST(Settings, ThePercentileCountsWhereTheRangeIsBetweenPercentiles) {
  PointSettings a;
  PointSettings b;
  b.percentile = 99.0;
  EXPECT_NE(quantizationKey(a), quantizationKey(b));
  a.activationRange = b.activationRange = ActivationRangeRule::mse;
  EXPECT_EQ(quantizationKey(a), quantizationKey(b));
  EXPECT_EQ(preparationKey(canonical(a)), preparationKey(canonical(b)));
  EXPECT_NE(preparationKey(a), preparationKey(PointSettings{}));
}

// The strict clip leaves to later columns what earlier ones did not take: round to nearest depends on its order too.
TEST(Settings, ActOrderOfRoundToNearestCountsWhereCodesAreClippedInTurn) {
  for (const Constraint constraint :
       {Constraint::none, Constraint::epInit, Constraint::axeSoft, Constraint::axeStrict, Constraint::axe}) {
    PointSettings plain;
    plain.algorithm = Algorithm::rtn;
    plain.constraint = constraint;
    PointSettings ordered = plain;
    ordered.actOrder = ActOrder::on;
    const bool clips = constraint == Constraint::axe || constraint == Constraint::axeStrict;
    EXPECT_EQ(canonical(plain) == canonical(ordered), !clips);
    EXPECT_EQ(quantizationKey(plain) == quantizationKey(ordered), !clips);
  }
}

TEST(Settings, GlobsMatchWholeNames) {
  EXPECT_TRUE(globMatches("*", "layer1.0.conv1"));
  EXPECT_TRUE(globMatches("layer?.*.conv1", "layer1.0.conv1"));
  EXPECT_TRUE(globMatches("*conv*1", "layer1.0.conv1.conv1"));
  EXPECT_FALSE(globMatches("conv1", "layer1.0.conv1"));
  EXPECT_FALSE(globMatches("", "conv1"));
  EXPECT_FALSE(globMatches("conv1?", "conv1"));
  EXPECT_FALSE(globMatches(std::string(5000, '*') + "x", std::string(5000, 'a')));
}

}  // namespace
}  // namespace axescope
