// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/study/quantization.h"

#include <map>
#include <numeric>

#include <gtest/gtest.h>

#include "core/base/parallel.h"
#include "core/study/memory_plan.h"
#include "core/study/study.h"

namespace axescope {
namespace {

constexpr std::int64_t gibibyte = std::int64_t{1} << 30;

class Quantization : public ::testing::Test {
 protected:
  static std::unique_ptr<Model> open(const char* sample) {
    auto opened = Model::open(std::string(AXESCOPE_SOURCE_DIR) + "/samples/" + sample);
    EXPECT_TRUE(opened.has_value()) << opened.error().line();
    return opened ? std::move(*opened) : nullptr;
  }

  static std::vector<PointSettings> points(const char* propagate) {
    Study study;
    for (const auto& [key, text] : {std::pair{"propagate", propagate},
                                    {"calibration_samples", "64"},
                                    {"algorithm", "rtn,gpfq,optq,optq-corrected,qronos,a2q,a2q-plus"},
                                    {"constraint", "none,axe,ep-init"},
                                    {"training_steps", "8"},
                                    {"inner_bits", "12,20"},
                                    {"weight_scale", "absmax,budget"},
                                    {"tile", "32"}}) {
      EXPECT_TRUE(study.set(key, std::string_view(text)).has_value()) << key;
    }
    return *study.points({.propagation = true});
  }

  static void expectSame(const QuantizedModel& a, const QuantizedModel& b, const std::string& what) {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t layer = 0; layer < a.size(); ++layer) {
      ASSERT_EQ(a.has(layer), b.has(layer)) << what;
      if (!a.has(layer)) continue;
      const auto one = a.layer(layer);
      const auto other = b.layer(layer);
      ASSERT_TRUE(one && other) << what;
      EXPECT_EQ((*one)->codes, (*other)->codes) << what << " layer " << layer;
      EXPECT_EQ((*one)->scales, (*other)->scales) << what << " layer " << layer;
      EXPECT_EQ((*one)->bias, (*other)->bias) << what << " layer " << layer;
      EXPECT_EQ((*one)->errorEnergy, (*other)->errorEnergy) << what << " layer " << layer;
    }
  }
};

TEST_F(Quantization, SettingsTogetherGetTheCodesTheyGetAlone) {
  const auto model = open("digits-cnn.h5");
  ASSERT_TRUE(model);
  for (const char* propagate : {"on", "off"}) {
    const std::vector<PointSettings> settings = points(propagate);
    ASSERT_GT(settings.size(), 20U);
    const PointSettings key = preparationKey(settings.front());
    const auto plan = planMemory(*model, key, 0, 2);
    ASSERT_TRUE(plan);
    const auto preparation = Preparation::make(*model, key, *plan, {});
    ASSERT_TRUE(preparation) << preparation.error().line();
    std::vector<Result<QuantizedModel>> together;
    withThreads(2, [&] { together = quantizeModels(*model, *preparation, settings, {}); });
    ASSERT_EQ(together.size(), settings.size());
    for (std::size_t i = 0; i < settings.size(); i += 5) {
      std::vector<Result<QuantizedModel>> alone;
      withThreads(1, [&] { alone = quantizeModels(*model, *preparation, std::span(&settings[i], 1), {}); });
      ASSERT_TRUE(together[i] && alone.front());
      expectSame(*together[i], *alone.front(), toJson(settings[i]));
    }
  }
}

double errorOf(const QuantizedLayer& layer) {
  return std::accumulate(layer.errorEnergy.begin(), layer.errorEnergy.end(), 0.0);
}

TEST_F(Quantization, AnAutomaticQuantizerIsTheOneWithTheLeastErrorInEachLayer) {
  const auto model = open("digits-mobilenet.h5");
  ASSERT_TRUE(model);
  Study study;
  for (const auto& [key, text] : {std::pair{"propagate", "off"},
                                  {"calibration_samples", "64"},
                                  {"weight_quantizer", "uniform,power-of-two,additive-power-of-two,auto"},
                                  {"weight_scale", "mse"},
                                  {"inner_bits", "16"},
                                  {"weight_bits", "3"},
                                  {"tile", "32"}}) {
    ASSERT_TRUE(study.set(key, std::string_view(text)).has_value()) << key;
  }
  const auto settings = *study.points({.propagation = true});
  ASSERT_EQ(settings.size(), 4U);
  const PointSettings key = preparationKey(settings.front());
  const auto preparation = Preparation::make(*model, key, *planMemory(*model, key, 0, 2), {});
  ASSERT_TRUE(preparation);
  const auto results = quantizeModels(*model, *preparation, settings, {});
  std::map<WeightQuantizer, int> chosen;
  for (std::size_t layer = 0; layer < model->dump().layers().size(); ++layer) {
    std::vector<std::shared_ptr<const QuantizedLayer>> answers;
    for (const auto& result : results) answers.push_back(*result->layer(layer));
    const QuantizedLayer& automatic = *answers[3];
    std::size_t best = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(answers[i]->weightQuantizer, weightQuantizers[i]);
      if (errorOf(*answers[i]) < errorOf(*answers[best])) best = i;
    }
    EXPECT_EQ(automatic.weightQuantizer, weightQuantizers[best]) << layer;
    EXPECT_EQ(automatic.codes, answers[best]->codes) << layer;
    EXPECT_EQ(automatic.scales, answers[best]->scales) << layer;
    ++chosen[automatic.weightQuantizer];
  }
  EXPECT_GT(chosen.size(), 1U) << "layers that differ";
}

TEST_F(Quantization, LevelsThatOnlyTwoOverridesTogetherMakeTooWideAreRefused) {
  const auto model = open("digits-mobilenet.h5");
  ASSERT_TRUE(model);
  PointSettings settings;
  settings.propagation = Propagation::off;
  settings.calibrationSamples = 16;
  settings.overrides = "stem*:weight_bits=8;*:weight_quantizer=power-of-two";
  ASSERT_TRUE(validate(settings));
  const PointSettings key = preparationKey(settings);
  const auto preparation = Preparation::make(*model, key, *planMemory(*model, key, 0, 1), {});
  ASSERT_TRUE(preparation);
  const auto results = quantizeModels(*model, *preparation, {&settings, 1}, {});
  ASSERT_FALSE(results.front());
  EXPECT_EQ(results.front().error().object, "layer 'stem.conv'");
}

// Without damping, inputs that are always zero leave nothing to factor.
TEST_F(Quantization, ASettingThatFailsLeavesTheOthersAlone) {
  const auto model = open("digits-cnn.h5");
  ASSERT_TRUE(model);
  Study study;
  for (const auto& [key, text] : {std::pair{"calibration_samples", "2"},
                                  {"algorithm", "gpfq,optq"},
                                  {"damping", "0,0.01"},
                                  {"constraint", "none"}}) {
    ASSERT_TRUE(study.set(key, std::string_view(text)).has_value()) << key;
  }
  const auto settings = *study.points({.propagation = true});
  const PointSettings key = preparationKey(settings.front());
  const auto preparation = Preparation::make(*model, key, *planMemory(*model, key, 0, 2), {});
  ASSERT_TRUE(preparation);
  const auto results = quantizeModels(*model, *preparation, settings, {});
  std::size_t failed = 0;
  for (std::size_t i = 0; i < settings.size(); ++i) {
    const bool mustFail = settings[i].algorithm == Algorithm::optq && settings[i].damping == 0.0;
    EXPECT_EQ(results[i].has_value(), !mustFail) << toJson(settings[i]);
    failed += mustFail ? 1 : 0;
    if (results[i]) continue;
    EXPECT_EQ(results[i].error().code, ErrorCode::numerical);
    EXPECT_NE(results[i].error().line().find("--damping"), std::string::npos) << results[i].error().line();
  }
  EXPECT_EQ(failed, 1U);
}

TEST_F(Quantization, WhenTheFirstSettingFailsTheOthersAreQuantizedOnce) {
  const auto model = open("digits-cnn.h5");
  ASSERT_TRUE(model);
  for (const char* propagate : {"on", "off"}) {
    Study study;
    for (const auto& [key, text] : {std::pair{"calibration_samples", "32"},
                                    {"algorithm", "optq"},
                                    {"propagate", propagate},
                                    {"inner_bits", "3,16"}}) {
      ASSERT_TRUE(study.set(key, std::string_view(text)).has_value()) << key;
    }
    const auto settings = *study.points({.propagation = true});
    const PointSettings key = preparationKey(settings.front());
    const auto preparation = Preparation::make(*model, key, *planMemory(*model, key, 0, 2), {});
    ASSERT_TRUE(preparation);
    const auto together = quantizeModels(*model, *preparation, settings, {});
    const auto alone = quantizeModels(*model, *preparation, std::span(settings).last(1), {});
    ASSERT_EQ(together.size(), 2U);
    EXPECT_FALSE(together.front());
    ASSERT_TRUE(together.back()) << together.back().error().line();
    expectSame(*together.back(), *alone.front(), propagate);
  }
}

TEST_F(Quantization, InputsReadAgainForWantOfMemoryGiveTheSameCodes) {
  const auto model = open("fir-bank.h5");
  ASSERT_TRUE(model);
  const auto settings = points("off");
  const PointSettings key = preparationKey(settings.front());
  MemoryPlan none = *planMemory(*model, key, 0, 2);
  none.layerInputs = 0;
  const auto roomy = Preparation::make(*model, key, *planMemory(*model, key, 0, 2), {});
  const auto narrow = Preparation::make(*model, key, none, {});
  ASSERT_TRUE(roomy && narrow);
  const auto a = quantizeModels(*model, *roomy, settings, {});
  const auto b = quantizeModels(*model, *narrow, settings, {});
  for (std::size_t i = 0; i < settings.size(); ++i) {
    ASSERT_TRUE(a[i] && b[i]);
    expectSame(*a[i], *b[i], toJson(settings[i]));
  }
}

// The codes of a study that keeps everything, and of one that gathers statistics anew and leaves codes in a file.
TEST_F(Quantization, StatisticsGatheredOnTheWayAndCodesInAFileAreTheSame) {
  for (const char* sample : {"digits-cnn.h5", "text-lm.h5"}) {
    const auto model = open(sample);
    ASSERT_TRUE(model);
    for (const char* propagate : {"on", "off"}) {
      Study study;
      for (const auto& [key, text] : {std::pair{"propagate", propagate},
                                      {"calibration_samples", "8"},
                                      {"algorithm", "gpfq,optq-corrected"},
                                      {"bias_correction", "on"},
                                      {"inner_bits", "14"},
                                      {"tile", "32"}}) {
        ASSERT_TRUE(study.set(key, std::string_view(text)).has_value()) << key;
      }
      const auto settings = *study.points(model->studyDefaults());
      const PointSettings key = preparationKey(settings.front());
      const MemoryPlan roomy = *planMemory(*model, key, 0, 2);
      ASSERT_TRUE(roomy.keepsStatistics);
      MemoryPlan narrow = roomy;
      narrow.keepsStatistics = false;
      narrow.codes = 1000;
      const auto a = Preparation::make(*model, key, roomy, {});
      const auto b = Preparation::make(*model, key, narrow, {});
      ASSERT_TRUE(a && b);
      const auto kept = quantizeModels(*model, *a, settings, {});
      const auto again = quantizeModels(*model, *b, settings, {});
      for (std::size_t i = 0; i < settings.size(); ++i) {
        ASSERT_TRUE(kept[i] && again[i]);
        EXPECT_TRUE(kept[i]->isInMemory());
        EXPECT_FALSE(again[i]->isInMemory());
        expectSame(*kept[i], *again[i], sample + (" " + toJson(settings[i])));
      }
    }
  }
}

TEST_F(Quantization, MemoryBoundsHowManyPointsAreWorkedOnAtOnce) {
  const auto model = open("digits-cnn.h5");
  ASSERT_TRUE(model);
  for (const char* propagate : {"on", "off"}) {
    const PointSettings key = preparationKey(points(propagate).front());
    const auto roomy = planMemory(*model, key, 64 * gibibyte, 8);
    ASSERT_TRUE(roomy);
    EXPECT_EQ(roomy->workers, 8);
    EXPECT_GT(roomy->pointsAtOnce, 1);
    std::int64_t tooLittle = 0;
    std::int64_t enough = 64 * gibibyte;
    int workers = 8;
    bool keepsStatistics = true;
    bool keepsCodes = true;
    while (enough - tooLittle > 1) {
      const std::int64_t memory = tooLittle + (enough - tooLittle) / 2;
      const auto plan = planMemory(*model, key, memory, 8);
      if (!plan) {
        tooLittle = memory;
        continue;
      }
      EXPECT_TRUE(keepsStatistics || !plan->keepsStatistics);
      EXPECT_TRUE(keepsCodes || plan->codes == 0);
      // What is no longer kept makes room for workers.
      const bool keepsLess = keepsStatistics != plan->keepsStatistics || keepsCodes != (plan->codes > 0);
      if (!keepsLess) {
        EXPECT_LE(plan->workers, workers) << "less memory, no more work at once";
      }
      keepsStatistics = plan->keepsStatistics;
      keepsCodes = plan->codes > 0;
      EXPECT_LE(plan->evaluation + plan->layerInputs, memory);
      workers = plan->workers;
      enough = memory;
    }
    const auto least = planMemory(*model, key, enough, 8);
    ASSERT_TRUE(least);
    EXPECT_EQ(least->workers, 1);
    EXPECT_EQ(least->pointsAtOnce, 1);
    const auto refused = planMemory(*model, key, tooLittle, 8);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::tooLarge);
    EXPECT_NE(refused.error().line().find("--memory"), std::string::npos);
  }
}

TEST(LayerInputsCache, KeepsWhatFitsAndGathersTheRestAgain) {
  const auto inputs = [] {
    InputStatistics statistics;
    statistics.s = MatrixD::Zero(8, 8);
    return std::make_shared<const LayerInputs>(std::vector<InputStatistics>{statistics});
  };
  std::vector<int> gathered(4, 0);
  LayerInputsCache cache(2 * 8 * 8 * 8);
  const auto ask = [&](std::size_t layer) {
    EXPECT_TRUE(cache.get(layer, [&]() -> Result<std::shared_ptr<const LayerInputs>> {
      ++gathered[layer];
      return inputs();
    }));
  };
  for (const std::size_t layer : {0, 1, 0, 1}) ask(layer);
  EXPECT_EQ(gathered, (std::vector{1, 1, 0, 0}));
  ask(2);  // 0 was used longest ago
  ask(1);
  EXPECT_EQ(gathered, (std::vector{1, 1, 1, 0}));
  ask(0);
  EXPECT_EQ(gathered, (std::vector{2, 1, 1, 0}));
}

TEST(LayerInputsCache, AnErrorIsNotKept) {
  LayerInputsCache cache(1000);
  const auto failing = [] {
    return Result<std::shared_ptr<const LayerInputs>>(fail(ErrorCode::cancelled, {}, {}, {}, "x"));
  };
  EXPECT_FALSE(cache.get(0, failing));
  EXPECT_TRUE(cache.get(0, []() -> Result<std::shared_ptr<const LayerInputs>> {
    return std::make_shared<const LayerInputs>(std::vector<InputStatistics>{});
  }));
}

}  // namespace
}  // namespace axescope
