// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/layer_overrides.h"

#include <gtest/gtest.h>

#include "core/study/layer_options.h"
#include "core/study/memory_plan.h"
#include "core/study/quantization.h"
#include "core/study/study.h"

namespace axescope {
namespace {

TEST(LayerOverrides, HaveOneSpelling) {
  const auto read =
      parseOverrides(" conv1 : inner_bits = 20 , weight_bits=8 ;; layer3.*: tile=full,activation_bits=6; ");
  ASSERT_TRUE(read) << read.error().line();
  EXPECT_EQ(toText(*read), "conv1:weight_bits=8,inner_bits=20;layer3.*:activation_bits=6,tile=full");
  EXPECT_EQ(*parseOverrides(toText(*read)), *read);
  EXPECT_TRUE(parseOverrides("")->empty());
}

TEST(LayerOverrides, RefuseWhatIsNoWidthOfALayer) {
  for (const char* wrong :
       {"conv1", "conv1:", ":weight_bits=4", "conv1:weight_bits", "conv1:weight_bits=", "conv1:weight_bits=17",
        "conv1:weight_bits=x", "conv1:tile=0", "conv1:algorithm=rtn", "conv1:weight_bits=4:6"}) {
    const auto read = parseOverrides(wrong);
    ASSERT_FALSE(read) << wrong;
    EXPECT_EQ(read.error().code, ErrorCode::invalidArgument) << wrong;
  }
  PointSettings settings;
  settings.overrides = "a:weight_bits=1";
  ASSERT_FALSE(validate(settings)) << "one-bit weights need the full range, in a single layer too";
  EXPECT_EQ(validate(settings).error().object, "--weight-bits");
}

TEST(LayerOverrides, TheLastThatMatchesDecidesAndSkippedLayersStartFromTheSkipBits) {
  PointSettings settings;
  settings.tileSize = 64;
  settings.skipLayers = "first";
  settings.overrides = "*:inner_bits=14;b*:inner_bits=18,weight_bits=6;first:activation_bits=5";
  EXPECT_EQ(widthsOf(settings, "a").innerBits, 14);
  EXPECT_EQ(widthsOf(settings, "a").weightBits, 4);
  EXPECT_EQ(widthsOf(settings, "a").tileSize, 64);
  EXPECT_EQ(widthsOf(settings, "b1").innerBits, 18);
  EXPECT_EQ(widthsOf(settings, "b1").weightBits, 6);
  EXPECT_EQ(widthsOf(settings, "first").weightBits, 8);
  EXPECT_EQ(widthsOf(settings, "first").activationBits, 5);
  EXPECT_EQ(widthsOf(settings, "first").innerBits, 14);
  EXPECT_EQ(widthsOf(settings, "first").tileSize, 0);
}

TEST(LayerOverrides, OnlyActivationBitsNeedAPreparationOfTheirOwn) {
  PointSettings a;
  PointSettings b;
  a.overrides = "x:weight_bits=8,inner_bits=20";
  EXPECT_EQ(preparationKey(a), preparationKey(b));
  b.overrides = "x:activation_bits=6";
  EXPECT_NE(preparationKey(a), preparationKey(b));
  a.constraint = Constraint::none;
  PointSettings c = a;
  c.overrides = "x:weight_bits=8,inner_bits=14,tile=32";
  EXPECT_EQ(quantizationKey(a), quantizationKey(c)) << "the accumulator decides nothing without a constraint";
}

TEST(LayerOverrides, AlternativesAreAnAxisOfTheStudy) {
  Study study;
  ASSERT_TRUE(study.set("overrides", "|conv1:weight_bits=8|conv1: weight_bits=8|conv2:weight_bits=6"));
  const auto points = study.points({});
  ASSERT_TRUE(points);
  EXPECT_EQ(points->size(), 3U) << "two are the same in another spelling";
  EXPECT_EQ(*Study::fromJson(study.toJson(), "study.json"), study);
}

TEST(LayerOverrides, AutomaticWidthsAreForCodesWithoutAConstraint) {
  PointSettings settings;
  settings.overrides = "conv1:inner_bits=auto";
  EXPECT_EQ(validate(settings).error().object, "--inner-bits");
  settings.constraint = Constraint::none;
  EXPECT_TRUE(validate(settings));
  EXPECT_EQ(canonical(settings).overrides, "conv1:inner_bits=auto");
  EXPECT_EQ(widthsOf(settings, "conv1").innerBits, 0);
}

class OverriddenModel : public ::testing::Test {
 protected:
  void SetUp() override { model_ = *Model::open(std::string(AXESCOPE_SOURCE_DIR) + "/samples/digits-cnn.h5"); }

  Result<QuantizedModel> quantize(const PointSettings& settings) const {
    const PointSettings key = preparationKey(settings);
    const auto preparation = Preparation::make(*model_, key, *planMemory(*model_, key, 0, 1), {});
    EXPECT_TRUE(preparation);
    return quantizeModels(*model_, *preparation, {&settings, 1}, {}).front();
  }

  std::unique_ptr<Model> model_;
};

TEST_F(OverriddenModel, OverridingEveryLayerIsTheSettingItself) {
  PointSettings plain;
  plain.propagation = Propagation::on;
  plain.calibrationSamples = 32;
  PointSettings overridden = plain;
  plain.weightBits = 5;
  plain.activationBits = 6;
  plain.innerBits = 13;
  plain.tileSize = 32;
  overridden.overrides = "*:weight_bits=5,activation_bits=6,inner_bits=13,tile=32";
  const auto a = quantize(plain);
  const auto b = quantize(overridden);
  ASSERT_TRUE(a && b);
  for (std::size_t layer = 0; layer < a->size(); ++layer) {
    ASSERT_EQ(a->has(layer), b->has(layer));
    if (!a->has(layer)) continue;
    EXPECT_EQ((*a->layer(layer))->codes, (*b->layer(layer))->codes);
    EXPECT_EQ((*a->layer(layer))->input, (*b->layer(layer))->input);
    EXPECT_EQ(layerDatapath(model_->dump().layers()[layer].name, plain),
              layerDatapath(model_->dump().layers()[layer].name, overridden));
  }
}

TEST_F(OverriddenModel, OneLayerAloneChanges) {
  PointSettings settings;
  settings.propagation = Propagation::off;
  settings.calibrationSamples = 32;
  const auto plain = quantize(settings);
  const std::string name = model_->dump().layers()[1].name;
  settings.overrides = name + ":weight_bits=7,activation_bits=5";
  const auto overridden = quantize(settings);
  ASSERT_TRUE(plain && overridden);
  EXPECT_EQ((*overridden->layer(1))->weightBits, 7);
  EXPECT_EQ((*overridden->layer(1))->input.bits, 5);
  EXPECT_EQ((*overridden->layer(0))->codes, (*plain->layer(0))->codes);
  EXPECT_EQ((*overridden->layer(2))->codes, (*plain->layer(2))->codes);
}

TEST_F(OverriddenModel, AGlobThatMatchesNothingIsARefusal) {
  PointSettings settings;
  settings.propagation = Propagation::off;
  settings.overrides = "no-such-layer:weight_bits=8";
  const auto result = quantize(settings);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().object, "--overrides");
  EXPECT_EQ(result.error().found, "'no-such-layer'");
}

}  // namespace
}  // namespace axescope
