// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/layer_overrides.h"

#include <gtest/gtest.h>

#include "core/study/layer_options.h"
#include "core/study/measurement.h"
#include "core/study/memory_plan.h"
#include "core/study/quantization.h"
#include "core/study/quantized_point.h"
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

TEST(LayerOverrides, OfChannelsHaveOneSpellingToo) {
  const auto read = parseOverrides("conv1 [ 12, 0 - 3,4-7 ,5]: weight_bits=8; layer3.*[2]:inner_bits=12,weight_bits=3");
  ASSERT_TRUE(read) << read.error().line();
  EXPECT_EQ(read->front().channels, (std::vector<ChannelRun>{{0, 7}, {12, 12}}));
  EXPECT_EQ(toText(*read), "conv1[0-7,12]:weight_bits=8;layer3.*[2]:weight_bits=3,inner_bits=12");
  EXPECT_EQ(*parseOverrides(toText(*read)), *read);
}

TEST(LayerOverrides, ChannelsShareTheirLayersActivationsAndTiles) {
  for (const char* key : {"activation_bits=4", "tile=32"}) {
    const auto read = parseOverrides(std::string("conv1[0-7]:") + key);
    ASSERT_FALSE(read) << key;
    EXPECT_EQ(read.error().object, "--overrides");
    EXPECT_EQ(read.error().expected,
              "weight_bits or inner_bits of channels, which share their layer's activations and tiles");
  }
  for (const char* wrong :
       {"[0]:weight_bits=4", "a[]:weight_bits=4", "a[3-1]:weight_bits=4", "a[x]:weight_bits=4", "a[-1]:weight_bits=4",
        "a[1-]:weight_bits=4", "a[1,]x:", "a[99999999999999999999]:tile=4"}) {
    EXPECT_FALSE(parseOverrides(wrong)) << wrong;
  }
}

TEST(LayerOverrides, InOrderTheLastForAChannelDecides) {
  PointSettings settings;
  settings.overrides = "a[0-3]:weight_bits=8;a[2]:inner_bits=12;a*:inner_bits=14;b[1]:weight_bits=4;a[3]:weight_bits=6";
  EXPECT_EQ(widthsOf(settings, "a").weightBits, 4) << "what the layer's other channels have";
  EXPECT_EQ(widthsOf(settings, "a").innerBits, 14);
  const auto widths = channelWidthsOf(settings, "a", 5);
  ASSERT_EQ(widths.size(), 5U);
  const int bits[] = {8, 8, 8, 6, 4};
  for (std::size_t c = 0; c < 5; ++c) {
    EXPECT_EQ(widths[c].weightBits, bits[c]) << c;
    EXPECT_EQ(widths[c].innerBits, 14) << "the layer's override came later";
  }
  EXPECT_TRUE(channelWidthsOf(settings, "b", 5).empty()) << "as wide as the others";
  EXPECT_TRUE(channelWidthsOf(settings, "c", 5).empty());
}

TEST(LayerOverrides, ChannelsAccumulatorsAreKeptOrRefused) {
  PointSettings settings;
  settings.overrides = "conv1[0]:inner_bits=12";
  EXPECT_TRUE(validate(settings));
  for (const Constraint constraint : {Constraint::none, Constraint::axeSoft}) {
    settings.constraint = constraint;
    ASSERT_FALSE(validate(settings));
    EXPECT_EQ(validate(settings).error().object, "--overrides");
    EXPECT_EQ(validate(settings).error().expected,
              "a constraint with a guarantee for channels with inner_bits of their own");
  }
  settings.overrides = "conv1[0]:weight_bits=8";
  EXPECT_TRUE(validate(settings));
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

TEST(LayerOverrides, LevelsAreASettingOfSingleLayersToo) {
  const auto read =
      parseOverrides("dw*: weight_quantizer = power-of-two, weight_bits=3; last: weight_quantizer=uniform");
  ASSERT_TRUE(read) << read.error().line();
  EXPECT_EQ(toText(*read), "dw*:weight_bits=3,weight_quantizer=power-of-two;last:weight_quantizer=uniform");
  EXPECT_EQ(*parseOverrides(toText(*read)), *read);
  EXPECT_FALSE(parseOverrides("dw:weight_quantizer=log"));
  PointSettings settings;
  settings.weightQuantizer = WeightQuantizer::automatic;
  settings.skipLayers = "first";
  settings.overrides = toText(*read);
  EXPECT_EQ(widthsOf(settings, "dw1").weightQuantizer, WeightQuantizer::powerOfTwo);
  EXPECT_EQ(widthsOf(settings, "last").weightQuantizer, WeightQuantizer::uniform);
  EXPECT_EQ(widthsOf(settings, "pw1").weightQuantizer, WeightQuantizer::automatic);
  EXPECT_EQ(widthsOf(settings, "first").weightQuantizer, WeightQuantizer::uniform);
  settings.constraint = Constraint::none;
  PointSettings other = settings;
  other.overrides.clear();
  EXPECT_NE(quantizationKey(settings), quantizationKey(other));
  EXPECT_EQ(preparationKey(settings), preparationKey(other));
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
    return std::move(quantizeModels(*model_, *preparation, {&settings, 1}, {}).front());
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
    EXPECT_EQ(layerDatapath(model_->dump().layers()[layer], plain),
              layerDatapath(model_->dump().layers()[layer], overridden));
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

// Channels are independent: each is what it would be in a layer that has its widths throughout. The second layer of the
// sample has groups, so that channels of several groups are among them.
TEST_F(OverriddenModel, AChannelIsQuantizedAsItsWholeLayerWouldBe) {
  const LayerInfo& info = model_->dump().layers()[1];
  PointSettings mixed;
  mixed.propagation = Propagation::off;
  mixed.calibrationSamples = 32;
  mixed.tileSize = 16;
  mixed.innerBits = 14;
  mixed.weightScale = WeightScale::budget;
  mixed.refineSweeps = 2;
  mixed.biasCorrection = true;
  PointSettings plain = mixed;
  PointSettings wide = mixed;
  wide.weightBits = 8;
  wide.innerBits = 16;
  mixed.overrides = info.name + "[0-2,5]:weight_bits=8,inner_bits=16";
  const auto answer = quantize(mixed);
  const auto ofPlain = quantize(plain);
  const auto ofWide = quantize(wide);
  ASSERT_TRUE(answer && ofPlain && ofWide) << answer.error().line();
  const auto answered = *answer->layer(1);
  const auto plainLayer = *ofPlain->layer(1);
  const auto wideLayer = *ofWide->layer(1);
  const QuantizedLayer& layer = *answered;
  ASSERT_GT(info.channels, 6);
  EXPECT_NE(plainLayer->codes, wideLayer->codes);
  for (Eigen::Index c = 0; c < info.channels; ++c) {
    const bool isWide = c <= 2 || c == 5;
    const QuantizedLayer& expected = isWide ? *wideLayer : *plainLayer;
    const auto at = static_cast<std::size_t>(c);
    EXPECT_EQ(layer.codes.row(c), expected.codes.row(c)) << c;
    EXPECT_EQ(layer.scales[at], expected.scales[at]);
    EXPECT_EQ(layer.errorEnergy[at], expected.errorEnergy[at]);
    EXPECT_EQ(layer.bias[at], expected.bias[at]);
    EXPECT_EQ(layer.channelWeightBits[at], isWide ? 8 : 4);
    EXPECT_EQ(layer.channelInnerBits[at], isWide ? 16 : 14);
  }
  EXPECT_EQ(layer.weightBits, 8);
  EXPECT_EQ(layerDatapath(info, mixed).innerBits, 16);
  const auto first = *answer->layer(0);
  EXPECT_TRUE(first->channelWeightBits.empty());
  EXPECT_EQ(first->codes, (*ofPlain->layer(0))->codes);
}

TEST_F(OverriddenModel, ChannelsCountInMeansBudgetsAndTheQuantizedFile) {
  PointSettings settings;
  settings.propagation = Propagation::off;
  settings.calibrationSamples = 32;
  settings.evaluationSamples = 20;
  settings.tileSize = 16;
  settings.innerBits = 16;
  settings.layers = model_->dump().layers()[1].name;
  const std::int64_t channels = model_->dump().layers()[1].channels;
  settings.overrides = settings.layers + "[0]:weight_bits=8;" + settings.layers + "[1-2]:inner_bits=11";
  const PointSettings key = preparationKey(settings);
  const auto preparation = Preparation::make(*model_, key, *planMemory(*model_, key, 0, 1), {});
  const auto quantized = std::move(quantizeModels(*model_, *preparation, {&settings, 1}, {}).front());
  ASSERT_TRUE(quantized) << quantized.error().line();
  EvaluationCache cache(0);
  const auto measured = measure(*model_, *preparation, *quantized, settings, nullptr, cache, {});
  ASSERT_TRUE(measured) << measured.error().line();
  const Measurement& m = measured->measurement;
  EXPECT_TRUE(m.guaranteed);
  EXPECT_DOUBLE_EQ(m.meanWeightBits, 4.0 + 4.0 / static_cast<double>(channels));
  EXPECT_DOUBLE_EQ(m.meanInnerBits, 16.0 - 10.0 / static_cast<double>(channels));
  EXPECT_EQ(m.innerBitsUsed, 16);

  const auto point = quantizePoint(*model_, settings, "{}", 0, {});
  ASSERT_TRUE(point) << point.error().line();
  const QuantizedFileLayer& layer = point->file.layers.front();
  const Certificate certificate(layer.codes, Tiling::of(layer.info.k(), 16), layer.input.range(), layer.innerBits, 0,
                                {}, layer.channelInnerBits);
  EXPECT_LE(certificate.smallestInnerBits(1), 11);
  EXPECT_LE(certificate.smallestInnerBits(2), 11);
  EXPECT_DOUBLE_EQ(m.maxBudgetUse, certificate.maxUse());
  const std::string path = ::testing::TempDir() + "channels.h5";
  ASSERT_TRUE(writeQuantizedFile(path, point->file));
  const auto read = readQuantizedFile(path);
  ASSERT_TRUE(read) << read.error().line();
  EXPECT_EQ(read->layers.front().channelWeightBits, layer.channelWeightBits);
  EXPECT_EQ(read->layers.front().channelInnerBits[1], 11);
}

TEST_F(OverriddenModel, ChannelsThatALayerHasNotAreARefusal) {
  PointSettings settings;
  settings.propagation = Propagation::off;
  const LayerInfo& info = model_->dump().layers()[1];
  settings.overrides = info.name + "[3-" + std::to_string(info.channels) + "]:weight_bits=8";
  const auto result = quantize(settings);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().object, "--overrides");
  EXPECT_EQ(result.error().expected,
            "channels below " + std::to_string(info.channels) + " of layer '" + info.name + "'");
  EXPECT_EQ(result.error().found, std::to_string(info.channels));
}

TEST_F(OverriddenModel, OfBothOrdersEachChannelKeepsTheBetter) {
  PointSettings settings;
  settings.propagation = Propagation::off;
  settings.calibrationSamples = 64;
  settings.innerBits = 12;
  settings.tileSize = 32;
  const auto natural = quantize(settings);
  settings.actOrder = ActOrder::on;
  const auto ordered = quantize(settings);
  settings.actOrder = ActOrder::best;
  const auto best = quantize(settings);
  ASSERT_TRUE(natural && ordered && best);
  int fromNatural = 0;
  int fromOrdered = 0;
  for (std::size_t i = 0; i < best->size(); ++i) {
    if (!best->has(i)) continue;
    const auto bestOf = *best->layer(i);
    const auto naturalOf = *natural->layer(i);
    const auto orderedOf = *ordered->layer(i);
    const QuantizedLayer& layer = *bestOf;
    for (std::size_t c = 0; c < layer.scales.size(); ++c) {
      const bool first = naturalOf->errorEnergy[c] <= orderedOf->errorEnergy[c];
      (first ? fromNatural : fromOrdered) += 1;
      const QuantizedLayer& expected = first ? *naturalOf : *orderedOf;
      const auto row = static_cast<Eigen::Index>(c);
      EXPECT_EQ(layer.codes.row(row), expected.codes.row(row)) << i << " " << c;
      EXPECT_EQ(layer.errorEnergy[c], expected.errorEnergy[c]);
      EXPECT_EQ(layer.scales[c], expected.scales[c]);
    }
  }
  EXPECT_GT(fromNatural, 0);
  EXPECT_GT(fromOrdered, 0);
}

}  // namespace
}  // namespace axescope
